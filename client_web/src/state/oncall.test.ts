import { expect, test } from 'vitest'
import type { OnCallLine, OnCallPage } from '../net/wire'
import { FakeStaffHouse, meWith, No } from './fake_house'
import { byCall, Call, calmer, stage, type Stage } from './oncall.svelte'

const page = (more: Partial<OnCallPage> = {}): OnCallPage => ({
  escalation: 'e',
  hub_name: 'Northside',
  severity: 'critical',
  state: 'delivered',
  raised_at: '2026-11-21T21:00:00Z',
  raised_by: 'Rowan',
  rung: 1,
  respond_by: null,
  consent: 'agreed',
  view: 'They are alone.',
  agreed_facts: null,
  reason_to_go_on: null,
  notes: [],
  acknowledged_by: null,
  acknowledged_by_me: false,
  conversation: 'c',
  joined: false,
  person: null,
  question: null,
  cancel_asked: null,
  helped: null,
  may_review: false,
  review_wanted: false,
  outcome: null,
  feedback: null,
  ...more,
})
const mine = { acknowledged_by: 'Sana', acknowledged_by_me: true }

const stages: [string, Partial<OnCallPage>, Stage][] = [
  ['nobody has it: take it', {}, 'take'],
  ['everybody was tried: still take it', { state: 'exhausted' }, 'take'],
  ['I have it: say that I have started', { ...mine, state: 'acknowledged' }, 'start'],
  ['I have started: work on', { ...mine, state: 'in_progress' }, 'work'],
  ['somebody else has it', { acknowledged_by: 'Noor', state: 'acknowledged' }, 'theirs'],
  ['it is closed, whoever had it', { ...mine, state: 'resolved' }, 'over'],
  ['the peer took it back', { state: 'cancelled' }, 'over'],
]

test.each(stages)('%s', (_, more, expected) => {
  expect(stage(page(more))).toBe(expected)
})

const line = (escalation: string, more: Partial<OnCallLine> = {}): OnCallLine => ({
  escalation,
  severity: 'high',
  raised_at: '2026-11-21T21:00:00Z',
  state: 'delivered',
  acknowledged_by: null,
  ...more,
})

test('nobody’s calls come first, then the more severe, then the longer wait', () => {
  const lines = [
    line('held', { severity: 'critical', acknowledged_by: 'Noor', state: 'acknowledged' }),
    line('later', { raised_at: '2026-11-21T21:05:00Z' }),
    line('early'),
    line('critical', { severity: 'critical', raised_at: '2026-11-21T21:09:00Z' }),
    line('concern', { severity: 'concern', raised_at: '2026-11-21T20:00:00Z' }),
  ]
  expect(lines.sort(byCall).map((one) => one.escalation)).toEqual(['critical', 'early', 'later', 'concern', 'held'])
})

test('whoever was second is shown who has it', async () => {
  let stands = page()
  const house = new FakeStaffHouse({
    'GET /api/on-call/e': () => stands,
    'POST /api/on-call/e/acknowledge': () => {
      stands = page({ acknowledged_by: 'Noor', state: 'acknowledged' })
      return new No(409, 'already_taken')
    },
  })
  await house.enter(meWith('escalation.acknowledge'))
  const call = new Call(house, 'e')
  const stop = call.start()
  await house.clock.turn(0)
  expect(await call.step('acknowledge')).toBe(false)
  expect(call.page.value?.acknowledged_by).toBe('Noor')
  expect(call.attempt.code).toBe('already_taken')
  stop()
})

test('the words stay closed when the reason was refused, and open when it was taken', async () => {
  let refuse = true
  const house = new FakeStaffHouse({
    'GET /api/on-call/e': () => page(mine),
    'POST /api/on-call/e/transcript': () => (refuse ? new No(400, 'reason_needed') : { events: [] }),
  })
  await house.enter(meWith('escalation.acknowledge'))
  const call = new Call(house, 'e')
  await call.read('too short')
  expect(call.transcript).toBe(undefined)
  refuse = false
  await call.read('To know what was said about tonight.')
  expect(call.transcript).toEqual([])
  expect(house.asked.at(-1)?.body).toEqual({ reason: 'To know what was said about tonight.' })
})

test('what is raised can be made calmer step by step, and never more urgent', () => {
  expect([calmer('critical'), calmer('high'), calmer('concern')]).toEqual([['high', 'concern'], ['concern'], []])
})
