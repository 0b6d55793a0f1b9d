// @vitest-environment node
import { describe, expect, test } from 'vitest'
import type { Pending } from './outbox'
import { rowsOf, type Row } from './rows'
import type { Line } from './timeline'

const NOON = new Date(2026, 10, 19, 12).getTime()
const MINUTE = 60_000

const said = (seq: number, account: string, minutes: number): Line => ({
  kind: 'said',
  seq,
  at: new Date(NOON + minutes * MINUTE).toISOString(),
  author: { account, pseudonym: account, place: 'member' },
  clientId: `id-${seq}`,
  body: 'words',
  hidden: null,
  unreadable: false,
  edited: false,
})
const pending = (clientId: string): Pending => ({
  clientId,
  body: 'more',
  writtenAt: NOON,
  state: 'waiting',
  why: null,
})
const looking = { me: 'wren', seenByOthers: 0, seenBefore: 0 }
const kinds = (rows: Row[]) =>
  rows.map((row) => (row.kind === 'said' ? `${row.kind}${row.named ? ' named' : ''}` : row.kind))

test('one person’s words in a row carry their name once, and again after five minutes or another voice', () => {
  const lines = [said(1, 'rowan', 0), said(2, 'rowan', 1), said(3, 'rowan', 7), said(4, 'wren', 7), said(5, 'rowan', 8)]
  const named = rowsOf(lines, [], looking).flatMap((row) => (row.kind === 'said' ? [row.named] : []))
  expect(named).toEqual([true, false, true, true, true])
})

test('a new day gets a rule, and a quiet hour gets its words', () => {
  const rows = rowsOf([said(1, 'rowan', 0), said(2, 'rowan', 90), said(3, 'rowan', 24 * 60)], [], looking)
  expect(kinds(rows)).toEqual(['day', 'said named', 'quiet', 'said named', 'day', 'said named'])
})

describe('“you were away here”', () => {
  const lines = [said(1, 'rowan', 0), said(2, 'rowan', 30), said(3, 'rowan', 31)]
  test.each([
    ['stands before the first words missed', 1, 30, true],
    ['is not there when nothing was missed', 3, 30, false],
    ['is not there on a first visit', 0, 30, false],
  ])('%s', (_, seenBefore, __, there) => {
    const rows = rowsOf(lines, [], { ...looking, seenBefore })
    expect(rows.some((row) => row.kind === 'away')).toBe(there)
    if (there) expect(kinds(rows).slice(1, 3)).toEqual(['said named', 'away'])
  })

  test('is not for a glance away', () => {
    const rows = rowsOf([said(1, 'rowan', 0), said(2, 'rowan', 1)], [], { ...looking, seenBefore: 1 })
    expect(kinds(rows)).not.toContain('away')
  })
})

test('only the last of one’s own words carries a state, and it says seen when somebody else has seen it', () => {
  const lines = [said(1, 'wren', 0), said(2, 'wren', 1), said(3, 'rowan', 2)]
  const states = (seenByOthers: number) =>
    rowsOf(lines, [], { ...looking, seenByOthers }).flatMap((row) => (row.kind === 'said' ? [row.state] : []))
  expect(states(1)).toEqual(['none', 'sent', 'none'])
  expect(states(2)).toEqual(['none', 'seen', 'none'])
})

test('a message keeps its place on the page when its line arrives', () => {
  const before = rowsOf([], [pending('id-1')], looking).map((row) => row.key)
  const after = rowsOf([said(1, 'wren', 0)], [], looking).map((row) => row.key)
  expect(after).toEqual(['d1', ...before])
})

test('keys are never the same twice', () => {
  const lines = [said(1, 'wren', 0), said(2, 'rowan', 90), said(3, 'wren', 2000)]
  const keys = rowsOf(lines, [pending('id-9')], { ...looking, seenBefore: 1 }).map((row) => row.key)
  expect(new Set(keys).size).toBe(keys.length)
})
