// @vitest-environment node
import { expect, test } from 'vitest'
import { ago, dayRule, later, length, moment, ordinal, timeOfDay } from './when'

const now = new Date(2026, 10, 19, 21, 10).getTime() // a Thursday
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime()
const MINUTE = 60_000

test('a clock time is written with two digits each', () => {
  expect(timeOfDay(at(19, 9, 4))).toBe('09:04')
})

test.each([
  [at(19, 21), 'This evening'],
  [at(19, 23), 'Tonight'],
  [at(18, 22, 30), 'Last night'],
  [at(18, 9), 'Yesterday morning'],
  [at(15, 14), 'Sunday afternoon'],
  [at(2, 19), 'Monday evening, 2 November'],
])('day rule %#', (time, words) => {
  expect(dayRule(time, now)).toBe(words)
})

test.each([
  [at(19, 22), '22:00'],
  [at(20, 9), 'tomorrow, 09:00'],
  [at(18, 9), 'yesterday, 09:00'],
  [at(24, 18), 'Tuesday, 18:00'],
  [at(30, 18), 'Monday 30 November, 18:00'],
])('moment %#', (time, words) => {
  expect(moment(time, now)).toBe(words)
})

test.each([
  [10_000, 'a few moments'],
  [MINUTE, 'a minute'],
  [4 * MINUTE, 'four minutes'],
  [70 * MINUTE, 'about an hour'],
  [5 * 60 * MINUTE, 'about five hours'],
  [3 * 24 * 60 * MINUTE, 'three days'],
])('length %#', (ms, words) => {
  expect(length(ms)).toBe(words)
})

test('lengths become “ago” and “later”', () => {
  expect(ago(now - 4 * MINUTE, now)).toBe('four minutes ago')
  expect(ago(now - 5_000, now)).toBe('just now')
  expect(later(2 * 60 * MINUTE)).toBe('About two hours later')
})

test('places in line are words up to twelve', () => {
  expect([1, 3, 12, 13].map(ordinal)).toEqual(['first', 'third', 'twelfth', 'number 13'])
})
