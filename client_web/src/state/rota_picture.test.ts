// @vitest-environment node
import { expect, test } from 'vitest'
import type { RotaDay, RotaLine, RotaSpan } from '../net/wire'
import { between, clock, dayOf, daysOn, wallOf, weekdayOf } from '../words/hub_time'
import { answerAt, dayOfLines, piecesOf, placeOf, turnsOf } from './rota_picture'

const HOUR = 3_600_000
// The week in which London's clocks go forward, on its Sunday.
const starts = [0, 1, 2, 3, 4, 5, 6, 7].map(
  (n) => Date.parse('2026-03-23T00:00:00Z') + n * 24 * HOUR - (n === 7 ? HOUR : 0),
)
const days: RotaDay[] = [0, 1, 2, 3, 4, 5, 6].map((n) => ({
  day: `2026-03-${23 + n}`,
  starts_at: new Date(starts[n] ?? 0).toISOString(),
  ends_at: new Date(starts[n + 1] ?? 0).toISOString(),
}))

function span(from: string, to: string, name: string | null = 'Ben'): RotaSpan {
  return {
    starts_at: from,
    ends_at: to,
    answer: name ? 'on' : 'nobody',
    account: name,
    name,
    away: null,
    covers: null,
    shift: null,
    day: null,
    turn_starts_at: from,
    turn_ends_at: to,
  }
}

const line: RotaLine = {
  rung: 1,
  name: 'First on call',
  spans: [
    span('2026-03-23T00:00:00Z', '2026-03-28T12:00:00Z'),
    span('2026-03-28T12:00:00Z', '2026-03-29T11:30:00Z', null),
    span('2026-03-29T11:30:00Z', '2026-03-29T23:00:00Z'),
  ],
}

test('a week is seven sevenths, a day of 23 hours among them, and the pieces fill it', () => {
  const pieces = piecesOf(days, line)
  expect(pieces[0]?.left).toBe(0)
  expect(pieces.map((one) => Math.round(one.width * 100) / 100)).toEqual([78.57, 14.29, 7.14])
  expect(Math.round(pieces.reduce((sum, one) => sum + one.width, 0))).toBe(100)
})

test('a moment stands in its day; one after the week, at its end', () => {
  expect(placeOf(days, Date.parse('2026-03-24T12:00:00Z'))).toBeCloseTo(150 / 7)
  expect(placeOf(days, Date.parse('2026-04-24T12:00:00Z'))).toBe(100)
  expect(placeOf(days, Date.parse('2026-01-24T12:00:00Z'))).toBe(0)
})

test('a day holds the parts of what goes on over midnight', () => {
  const [saturday] = days.slice(5).map((day) => dayOfLines(day, [line])[0])
  expect(saturday?.parts.map((one) => [one.span.name, one.starts_at.slice(11, 16), one.ends_at.slice(11, 16)])).toEqual(
    [
      ['Ben', '00:00', '12:00'],
      [null, '12:00', '00:00'],
    ],
  )
})

test('who answers at a moment: the one whose turn has begun', () => {
  expect(answerAt(line, Date.parse('2026-03-28T12:00:00Z'))?.answer).toBe('nobody')
  expect(answerAt(line, Date.parse('2026-03-28T11:59:59Z'))?.name).toBe('Ben')
})

test('times are the hub’s, on both sides of the change', () => {
  expect(wallOf('Europe/London', '2026-03-29T00:59:00Z')).toBe('2026-03-29T00:59')
  expect(wallOf('Europe/London', '2026-03-29T01:00:00Z')).toBe('2026-03-29T02:00')
  expect(dayOf('Pacific/Auckland', '2026-03-29T13:00:00Z')).toBe('2026-03-30')
  expect(between('Europe/London', '2026-03-28T20:00:00Z', '2026-03-29T07:00:00Z')).toBe(
    'Saturday 28 March, 20:00 to Sunday 29 March, 08:00',
  )
  expect(between('Europe/London', '2026-03-24T08:00:00Z', '2026-03-25T00:00:00Z')).toBe(
    'Tuesday 24 March, 08:00 to 24:00',
  )
  expect(clock('Europe/London', '2026-03-25T00:00:00Z')).toBe('00:00')
})

test('days are counted without a clock', () => {
  expect(daysOn('2026-03-28', 2)).toBe('2026-03-30')
  expect(weekdayOf('2026-03-29')).toBe(6)
})

test('somebody’s own turns are those of all lines, in the order of time, and nobody else’s', () => {
  const second: RotaLine = {
    rung: 2,
    name: 'Second on call',
    spans: [
      span('2026-03-28T12:00:00Z', '2026-03-29T00:00:00Z'),
      span('2026-03-29T00:00:00Z', '2026-03-30T00:00:00Z', 'Cai'),
    ],
  }
  expect(turnsOf([line, second], 'Ben').map((one) => [one.line.rung, one.span.starts_at])).toEqual([
    [1, '2026-03-23T00:00:00Z'],
    [2, '2026-03-28T12:00:00Z'],
    [1, '2026-03-29T11:30:00Z'],
  ])
  expect(turnsOf([line], 'Cai')).toEqual([])
})
