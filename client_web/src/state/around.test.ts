import { expect, test } from 'vitest'
import type { AnyLogEvent, MessagePosted } from '../net/wire'
import { around } from './around'

const at = '2026-11-21T21:00:00Z'
const head = { conversation: 'c', log: 'public' as const, at }

const posted = (seq: number, body: string | null, hidden: MessagePosted['hidden'] = null): MessagePosted => ({
  ...head,
  type: 'message.posted',
  seq,
  author: { account: 'ash', pseudonym: 'Ash', place: 'member' },
  client_id: `id-${seq}`,
  body,
  hidden,
  unreadable: false,
  edited: false,
})
const redacted = (seq: number, target: number): AnyLogEvent => ({
  ...head,
  type: 'message.redacted',
  seq,
  target_seq: target,
  reason: null,
})
const restored = (seq: number, target: number, body: string): AnyLogEvent => ({
  ...head,
  type: 'message.restored',
  seq,
  target_seq: target,
  body,
})
const edited = (seq: number, target: number, body: string): AnyLogEvent => ({
  ...head,
  type: 'message.edited',
  seq,
  target_seq: target,
  body,
})

const table: [string, AnyLogEvent[], [number, string | null, boolean][]][] = [
  [
    'messages stand in order',
    [posted(2, 'two'), posted(1, 'one')],
    [
      [1, 'one', false],
      [2, 'two', false],
    ],
  ],
  ['a hidden one is known to be hidden, and still read', [posted(1, 'one'), redacted(2, 1)], [[1, 'one', true]]],
  ['hidden when it was loaded', [posted(1, 'one', { reason: 'why' })], [[1, 'one', true]]],
  ['shown again', [posted(1, null), redacted(2, 1), restored(3, 1, 'one')], [[1, 'one', false]]],
  ['edited reads as it reads now', [posted(1, 'one'), edited(2, 1, 'uno')], [[1, 'uno', false]]],
]

test.each(table)('%s', (_, events, expected) => {
  expect(around(events, 0).map((line) => [line.event.seq, line.event.body, line.hidden])).toEqual(expected)
})

test('only the reported one is marked', () => {
  expect(around([posted(1, 'one'), posted(2, 'two')], 2).map((line) => line.target)).toEqual([false, true])
})
