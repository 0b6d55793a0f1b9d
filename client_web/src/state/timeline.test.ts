// @vitest-environment node
import { describe, expect, test } from 'vitest'
import type { AnyLogEvent, Author, EventPage } from '../net/wire'
import { emptyTimeline, heardOf, isBehind, openPage, take, takeEarlier, takePage, type Timeline } from './timeline'

const wren: Author = { account: 'wren', pseudonym: 'Wren', place: 'member' }
const rowan: Author = { account: 'rowan', pseudonym: 'Rowan', place: 'peer' }
const at = '2026-11-22T21:04:00Z'
const head = { conversation: 'c', log: 'public', at } as const

const said = (seq: number, author = rowan, body: string | null = `words ${seq}`): AnyLogEvent => ({
  ...head,
  type: 'message.posted',
  seq,
  author,
  client_id: `id-${seq}`,
  body,
  hidden: null,
  unreadable: false,
  edited: false,
})
const redacted = (seq: number, target_seq: number, reason: string | null = null): AnyLogEvent => ({
  ...head,
  type: 'message.redacted',
  seq,
  target_seq,
  reason,
})
const restored = (seq: number, target_seq: number): AnyLogEvent => ({
  ...head,
  type: 'message.restored',
  seq,
  target_seq,
  body: `words ${target_seq}`,
})
const edited = (seq: number, target_seq: number, body: string): AnyLogEvent => ({
  ...head,
  type: 'message.edited',
  seq,
  target_seq,
  body,
})
const page = (events: AnyLogEvent[], more: Partial<EventPage> = {}): EventPage => ({
  conversation: 'c',
  log: 'public',
  epoch: 'one',
  events,
  last_seq: events.at(-1)?.seq ?? 0,
  earlier: false,
  later: false,
  ...more,
})

const start = emptyTimeline('wren', 'one')
const all = (events: AnyLogEvent[], from: Timeline = start) => events.reduce(take, from)
const seqs = (timeline: Timeline) => timeline.lines.map((line) => line.seq)
const words = (timeline: Timeline) => timeline.lines.map((line) => (line.kind === 'said' ? line.body : line.kind))

describe('whatever the order of arrival, the log is shown in order and once', () => {
  test.each([
    ['in order', [1, 2, 3, 4]],
    ['out of order (FAULTS 13)', [2, 1, 4, 3]],
    ['backwards', [4, 3, 2, 1]],
    ['doubled (FAULTS 14)', [1, 1, 2, 2, 1, 3, 4, 3, 4]],
    ['doubled and out of order', [3, 3, 1, 4, 2, 2, 1, 4]],
  ])('%s', (_, order) => {
    const timeline = all(order.map((seq) => said(seq)))
    expect(seqs(timeline)).toEqual([1, 2, 3, 4])
    expect(isBehind(timeline)).toBe(false)
    expect(timeline.held.size).toBe(0)
  })
})

test('a gap shows nothing beyond it, until a page mends it', () => {
  const behind = all([said(1), said(4), said(5)])
  expect(seqs(behind)).toEqual([1])
  expect(isBehind(behind)).toBe(true)
  const whole = takePage(behind, page([said(2), said(3), said(4)], { last_seq: 5 }))
  expect(seqs(whole)).toEqual([1, 2, 3, 4, 5])
  expect(isBehind(whole)).toBe(false)
})

test('a heartbeat tells of a message whose push was lost (FAULTS 12)', () => {
  const timeline = heardOf(all([said(1)]), 2)
  expect(isBehind(timeline)).toBe(true)
  expect(isBehind(heardOf(timeline, 1))).toBe(true)
  expect(isBehind(take(timeline, said(2)))).toBe(false)
})

test('a log may begin above one for this person, and goes on from there', () => {
  const timeline = take(openPage('wren', page([said(40), said(41)], { earlier: true })), said(42))
  expect(seqs(timeline)).toEqual([40, 41, 42])
  expect(timeline.earlier).toBe(true)
})

test('an empty log begins where it is', () => {
  const timeline = openPage('wren', page([], { last_seq: 7 }))
  expect(timeline.have).toBe(7)
  expect(seqs(take(timeline, said(8)))).toEqual([8])
})

describe('hiding', () => {
  test('takes the words of others away, and gives them back when undone', () => {
    const hidden = all([said(1), redacted(2, 1, 'unkind')])
    expect(words(hidden)).toEqual([null])
    expect(words(take(hidden, restored(3, 1)))).toEqual(['words 1'])
  })

  test('leaves an author their own words, with the reason', () => {
    const timeline = all([said(1, wren), redacted(2, 1, 'names a street')])
    expect(timeline.lines[0]).toMatchObject({ body: 'words 1', hidden: { reason: 'names a street' } })
  })

  test('arriving before its message is the same as arriving after it', () => {
    expect(words(all([redacted(2, 1), said(1)]))).toEqual(words(all([said(1), redacted(2, 1)])))
  })
})

test('a change is shown in its place', () => {
  const timeline = all([said(1), said(2), edited(3, 1, 'better words')])
  expect(words(timeline)).toEqual(['better words', 'words 2'])
  expect(timeline.lines[0]).toMatchObject({ edited: true })
})

describe('earlier pages', () => {
  const newest = openPage('wren', page([said(5), restored(6, 2), edited(7, 1, 'last words')], { earlier: true }))
  const older = page([said(1), said(2), redacted(3, 2), said(4)])

  test('come in above, in order', () => {
    expect(seqs(takeEarlier(newest, older))).toEqual([1, 2, 4, 5])
  })

  test('do not undo what is known to have happened since', () => {
    expect(words(takeEarlier(newest, older))).toEqual(['last words', 'words 2', 'words 4', 'words 5'])
  })

  test('twice are the same as once', () => {
    const once = takeEarlier(newest, older)
    expect(takeEarlier(once, older).lines).toEqual(once.lines)
  })

  test('say when there is nothing before them', () => {
    expect(takeEarlier(newest, page([], { earlier: true })).earlier).toBe(false)
    expect(takeEarlier(newest, { ...older, earlier: true }).earlier).toBe(true)
  })
})

test('an event of a kind that is not known yet takes its place and shows nothing', () => {
  const unknown = { ...head, type: 'poll.opened', seq: 2 } as unknown as AnyLogEvent
  const timeline = all([said(1), unknown, said(3)])
  expect(seqs(timeline)).toEqual([1, 3])
  expect(isBehind(timeline)).toBe(false)
})
