// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { member } from './member'
import { shared } from './shared'
import { sentences } from './sentences'

const GRADE = 6 // years of school: somebody of eleven, or anybody on a bad night
const TOO_SHORT = 10 // words: below that, one long name decides everything

describe.each([
  ['member', member],
  ['shared', shared],
])('the words of %s are easy to read (FAULTS 114)', (_, catalogue) => {
  const long = sentences(catalogue).filter(([, words]) => wordsOf(words).length >= TOO_SHORT)

  test('each of them', () => {
    const hard = long.map(([path, words]) => [path, Math.round(grade(words) * 10) / 10, words] as const)
    expect(hard.filter(([, found]) => found > GRADE)).toEqual([])
  })

  test('all of them together, with room to spare', () => {
    expect(grade(long.map(([, words]) => words).join('. '))).toBeLessThan(GRADE - 1)
  })
})

describe('the measure itself', () => {
  test('finds plain words easy and officials’ words hard', () => {
    expect(grade('You can close this page and come back. Your place is kept for you.')).toBeLessThan(3)
    expect(
      grade('Participation in moderated conversations necessitates continuous adherence to applicable regulations.'),
    ).toBeGreaterThan(15)
  })
})

/** The Flesch-Kincaid grade: long sentences and long words make it high. */
function grade(text: string): number {
  const words = wordsOf(text)
  const ends = text.split(/[.?:;…]+(?=\s|$)/).filter((one) => /\p{L}/u.test(one)).length
  const syllables = words.reduce((sum, word) => sum + syllablesOf(word), 0)
  return 0.39 * (words.length / ends) + 11.8 * (syllables / words.length) - 15.59
}

function wordsOf(text: string): string[] {
  return text.match(/\p{L}[\p{L}’-]*/gu) ?? []
}

/** Groups of vowels, a silent e at the end left out: right often enough for a sum. */
function syllablesOf(word: string): number {
  const plain = word.toLowerCase().replace(/’(s|re|ll|ve|d|t)$/, '')
  const groups = plain.replace(/([^aeiouyl])e(s|d)?$/, '$1').match(/[aeiouy]+/g)
  return Math.max(1, groups?.length ?? 1)
}
