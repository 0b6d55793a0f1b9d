import { expect, test } from 'vitest'
import type * as wire from '../net/wire'
import { isHeld, isOver, marks, prints, sections, stepFrom } from './urgency'

const early = '2026-11-21T21:00:00Z'
const later = '2026-11-21T21:10:00Z'
const ash: wire.Author = { account: 'ash', pseudonym: 'Ash', place: 'member' }

const empty: wire.Desk = {
  ready: false,
  waiting: [],
  peers_ready: 0,
  reports: [],
  appeals: [],
  conversations: [],
  escalations: [],
  brought: [],
}

const report = (id: string, more: Partial<wire.ReportLine> = {}): wire.ReportLine => ({
  report: id,
  reports: 1,
  reason: 'unkind',
  about: ash,
  conversation: 'lounge',
  conversation_title: 'Lounge',
  kind: 'lounge',
  at: early,
  claimed_by: null,
  claimed_by_me: false,
  ...more,
})

const escalation = (id: string, more: Partial<wire.EscalationLine> = {}): wire.EscalationLine => ({
  escalation: id,
  severity: 'high',
  raised_at: early,
  state: 'raised',
  conversation: 'talk',
  review_wanted: false,
  ...more,
})

const talk = (id: string, more: Partial<wire.ConversationShown> = {}): wire.ConversationShown => ({
  conversation: id,
  kind: 'one_to_one',
  title: '',
  purpose: '',
  my_place: 'peer',
  participants: [],
  open: true,
  epoch: 'e',
  last_seq: 4,
  staff_last_seq: null,
  seen_seq: 4,
  history_from: 0,
  opened_at: early,
  readers: [],
  clinician_told: false,
  escalation: null,
  question: null,
  ...more,
})

const keys = (desk: Partial<wire.Desk>): string[] =>
  sections({ ...empty, ...desk }).flatMap((section) => section.lines.map((line) => line.key))

test('an empty desk has no sections', () => {
  expect(sections(empty)).toEqual([])
})

test('sections stand in order of urgency, and empty ones are left out', () => {
  const desk = {
    ...empty,
    conversations: [talk('t')],
    waiting: [{ asked_at: early, unsafe: false }],
    escalations: [escalation('x')],
    reports: [report('r')],
  }
  expect(sections(desk).map((section) => section.name)).toEqual(['now', 'reports', 'waiting', 'conversations'])
})

const orders: [string, Partial<wire.Desk>, string[]][] = [
  [
    'what reached nobody comes before what is critical and answered',
    {
      escalations: [
        escalation('a', { severity: 'critical', state: 'acknowledged' }),
        escalation('b', { severity: 'concern', state: 'exhausted' }),
      ],
    },
    ['escalation:b', 'escalation:a'],
  ],
  [
    'critical comes before high before concern',
    {
      escalations: [
        escalation('a', { severity: 'concern' }),
        escalation('b', { severity: 'high' }),
        escalation('c', { severity: 'critical' }),
      ],
    },
    ['escalation:c', 'escalation:b', 'escalation:a'],
  ],
  [
    'of two alike, the longer wait comes first',
    { escalations: [escalation('a', { raised_at: later }), escalation('b')] },
    ['escalation:b', 'escalation:a'],
  ],
  [
    'what came back stands after everybody who waits, and before one’s conversations',
    {
      escalations: [escalation('a', { state: 'resolved', severity: 'critical' })],
      waiting: [{ asked_at: early, unsafe: false }],
      conversations: [talk('t')],
    },
    [`waiting:${early}`, 'escalation:a', 'conversation:t'],
  ],
  [
    'somebody at risk comes before three reports of unkindness',
    { reports: [report('a', { reports: 3 }), report('b', { reason: 'worried', at: later })] },
    ['report:b', 'report:a'],
  ],
  [
    'what somebody else has comes last',
    {
      reports: [
        report('a', { reason: 'worried', claimed_by: 'Moss' }),
        report('b'),
        report('c', { claimed_by: 'Me', claimed_by_me: true, reports: 2 }),
      ],
    },
    ['report:c', 'report:b', 'report:a'],
  ],
  [
    'whoever is not safe comes after an unanswered call and before an answered one',
    {
      escalations: [
        escalation('a', { state: 'acknowledged', severity: 'critical' }),
        escalation('b', { severity: 'concern' }),
      ],
      waiting: [{ asked_at: early, unsafe: true }],
    },
    ['escalation:b', `waiting:${early}`, 'escalation:a'],
  ],
  [
    'whoever is not safe comes first in the line, then the longest wait',
    {
      waiting: [
        { asked_at: later, unsafe: false },
        { asked_at: early, unsafe: false },
        { asked_at: '2026-11-21T21:20:00Z', unsafe: true },
      ],
    },
    ['waiting:2026-11-21T21:20:00Z', `waiting:${early}`, `waiting:${later}`],
  ],
  [
    'a one-to-one comes before a room, unread before read, ended last',
    {
      conversations: [
        talk('ended', { open: false }),
        talk('group', { kind: 'group', seen_seq: 0 }),
        talk('read'),
        talk('unread', { seen_seq: 1 }),
      ],
    },
    ['conversation:unread', 'conversation:read', 'conversation:group', 'conversation:ended'],
  ],
]

test.each(orders)('%s', (_, desk, expected) => {
  expect(keys(desk)).toEqual(expected)
})

test('the snapshot is not reordered by looking at it', () => {
  const desk = { ...empty, reports: [report('a'), report('b', { reason: 'worried' })] }
  sections(desk)
  expect(desk.reports.map((line) => line.report)).toEqual(['a', 'b'])
})

test('red is for what is critical and unanswered, for what reached nobody, and for somebody who is not safe', () => {
  const desk = {
    ...empty,
    escalations: [
      escalation('a', { severity: 'critical' }),
      escalation('b', { severity: 'concern', state: 'exhausted' }),
      escalation('c', { severity: 'critical', state: 'acknowledged' }),
    ],
    waiting: [{ asked_at: early, unsafe: true }],
  }
  const tones = sections(desk).flatMap((section) => section.lines.map((line) => [line.key, line.tone]))
  expect(tones).toEqual([
    ['escalation:b', 'danger'],
    ['escalation:a', 'danger'],
    [`waiting:${early}`, 'danger'],
    ['escalation:c', 'calm'],
  ])
})

test('looking back marks what is new and what changed, and nothing else', () => {
  const before = prints(
    sections({ ...empty, reports: [report('same'), report('more')], escalations: [escalation('gone')] }),
  )
  const now = sections({ ...empty, reports: [report('same'), report('more', { reports: 2 }), report('fresh')] })
  expect([...marks(before, now)]).toEqual([
    ['report:more', 'changed'],
    ['report:fresh', 'new'],
  ])
})

test('stepping stays within the list, and begins at the top', () => {
  const all = sections({ ...empty, reports: [report('a'), report('b')], conversations: [talk('t')] })
  const from = (key: string | null, by: number) => stepFrom(all, key, by)?.key ?? null
  expect(from(null, 1)).toBe('report:a')
  expect(from('report:a', 1)).toBe('report:b')
  expect(from('report:b', 1)).toBe('conversation:t')
  expect(from('conversation:t', 1)).toBe('conversation:t')
  expect(from('report:a', -1)).toBe('report:a')
  expect(from('report:vanished', 1)).toBe('report:a')
  expect(stepFrom([], null, 1)).toBe(null)
})

test('only a named person holds it, and only an ending ends it', () => {
  const states = [
    'raised',
    'notifying',
    'delivered',
    'acknowledged',
    'in_progress',
    'exhausted',
    'resolved',
    'cancelled',
  ]
  expect(states.filter(isHeld)).toEqual(['acknowledged', 'in_progress'])
  expect(states.filter(isOver)).toEqual(['resolved', 'cancelled'])
})
