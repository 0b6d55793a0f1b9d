import { expect, test } from 'vitest'
import type { ConversationShown, ListMoved } from '../net/wire'
import { readSoFar, standsNow } from './standing'

const author = (account: string) => ({ account, pseudonym: account, place: 'member' as const })
const shown: ConversationShown = {
  conversation: 'evening',
  kind: 'one_to_one',
  title: '',
  purpose: '',
  my_place: 'peer',
  participants: [
    { who: author('ada'), here: true, seen_seq: 0 },
    { who: author('wren'), here: false, seen_seq: 0 },
  ],
  open: true,
  epoch: 'one',
  last_seq: 7,
  staff_last_seq: null,
  seen_seq: 4,
  history_from: 0,
  opened_at: '2026-11-21T21:00:00Z',
  readers: [],
  clinician_told: false,
  escalation: null,
  question: null,
}

const moved = (by: Partial<ListMoved>): ListMoved => ({
  type: 'list.moved',
  conversation: 'evening',
  last_seq: null,
  seen_seq: null,
  here: null,
  ...by,
})

test.each<[string, ListMoved, [number, number, string[]]]>([
  ['it grew', moved({ last_seq: 9 }), [9, 4, ['ada']]],
  ['an older word about its end comes late', moved({ last_seq: 6 }), [7, 4, ['ada']]],
  ['it was read', moved({ seen_seq: 7 }), [7, 7, ['ada']]],
  ['it was read less far on another screen', moved({ seen_seq: 2 }), [7, 4, ['ada']]],
  ['it was read on this screen', readSoFar('evening', 6), [7, 6, ['ada']]],
  ['somebody came', moved({ here: ['wren', 'ada'] }), [7, 4, ['ada', 'wren']]],
  ['everybody left', moved({ here: [] }), [7, 4, []]],
  ['somebody who is not listed came', moved({ here: ['ada', 'elm'] }), [7, 4, ['ada']]],
  ['everything at once', moved({ last_seq: 8, seen_seq: 8, here: ['wren'] }), [8, 8, ['wren']]],
  ['it is another one', { ...moved({ last_seq: 99, here: [] }), conversation: 'morning' }, [7, 4, ['ada']]],
])('%s', (_, said, expected) => {
  const now = standsNow(shown, said)
  const here = now.participants.filter((one) => one.here).map((one) => one.who.account)
  expect([now.last_seq, now.seen_seq, here]).toEqual(expected)
})
