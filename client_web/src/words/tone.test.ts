// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { channels, deliveries } from './channels'
import { coordinator } from './coordinator'
import { desk } from './desk'
import { escalation } from './escalation'
import { learning } from './learning'
import { member } from './member'
import { sentences } from './sentences'
import { moderation } from './moderation'
import { oncall } from './oncall'
import { policy } from './policy'
import { rota } from './rota'
import { shared } from './shared'
import { staff } from './staff'

const NEVER = /\b(error|invalid|failed|failure|oops|please wait|are you sure|user|patient|client|case|banned|agent)\b/i

describe.each([
  ['member', member],
  ['shared', shared],
  ['staff', staff],
  ['desk', desk],
  ['moderation', moderation],
  ['escalation', escalation],
  ['oncall', oncall],
  ['learning', learning],
  ['channels', channels],
  ['deliveries', deliveries],
  ['coordinator', coordinator],
  ['policy', policy],
  ['rota', rota],
])('the words of %s (FAULTS 114)', (_, catalogue) => {
  const all = sentences(catalogue)

  test('there are words to look at', () => {
    expect(all.length).toBeGreaterThan(30)
  })

  test('have no exclamation mark', () => {
    expect(all.filter(([, words]) => words.includes('!'))).toEqual([])
  })

  test('have none of the words that blame or frighten', () => {
    expect(all.filter(([, words]) => NEVER.test(words))).toEqual([])
  })

  test('have no sentence longer than thirty words', () => {
    const long = all.filter(([, words]) => words.split(/[.?:;…]\s/).some((one) => one.split(/\s+/).length > 30))
    expect(long).toEqual([])
  })

  test('use the apostrophe and quotation marks of print', () => {
    expect(all.filter(([, words]) => /[a-z]'[a-z]/i.test(words))).toEqual([])
  })
})
