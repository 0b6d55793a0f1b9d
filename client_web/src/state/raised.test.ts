import { expect, test } from 'vitest'
import type { EscalationState, EscalationStatus, EscalationStep, StepKind } from '../net/wire'
import { FakeStaffHouse, meWith } from './fake_house'
import { bannerOf, momentOf, Raised, way, type MomentKind } from './raised.svelte'

const step = (kind: StepKind, who: string | null = null): EscalationStep => ({
  kind,
  at: '2026-11-21T21:00:00Z',
  who,
  rung: 1,
})

type Reached = [raised: boolean, told: boolean, seen: string | null, closed: boolean]

const ways: [string, EscalationStep[], Reached][] = [
  ['raised and nothing else', [step('raised')], [true, false, null, false]],
  ['delivered is not seen', [step('raised'), step('delivered')], [true, true, null, false]],
  ['seen by name', [step('raised'), step('delivered'), step('acknowledged', 'Sana')], [true, true, 'Sana', false]],
  [
    'handed back: nobody has it',
    [step('raised'), step('delivered'), step('acknowledged', 'Sana'), step('unacknowledged', 'Sana')],
    [true, true, null, false],
  ],
  [
    'handed back and taken by the next',
    [step('raised'), step('acknowledged', 'Sana'), step('unacknowledged', 'Sana'), step('acknowledged', 'Noor')],
    [true, false, 'Noor', false],
  ],
  ['everybody tried is not told', [step('raised'), step('exhausted')], [true, false, null, false]],
  [
    'closed',
    [step('raised'), step('delivered'), step('acknowledged', 'Sana'), step('resolved', 'Sana')],
    [true, true, 'Sana', true],
  ],
]

test.each(ways)('%s', (_, steps, [raised, told, seen, closed]) => {
  const found = way(steps)
  expect([!!found.raised, !!found.told, found.seen?.who ?? null, !!found.closed]).toEqual([raised, told, seen, closed])
})

test('what happened besides is kept in order', () => {
  const steps = [step('raised'), step('exhausted'), step('acknowledged'), step('started'), step('joined')]
  expect(way(steps).besides.map((one) => one.kind)).toEqual(['exhausted', 'started', 'joined'])
})

const moments: [string, EscalationState, EscalationStep[], boolean, MomentKind, string | null][] = [
  ['raised and nobody asked yet', 'raised', [step('raised', 'Ada')], false, 'raised', 'Ada'],
  ['the first on call is asked', 'notifying', [step('raised'), step('asked')], false, 'asking', null],
  [
    'delivered is not answered',
    'delivered',
    [step('raised'), step('asked'), step('delivered')],
    false,
    'delivered',
    null,
  ],
  [
    'the next person is asked, though the first was reached',
    'delivered',
    [step('raised'), step('asked'), step('delivered'), step('asked')],
    false,
    'asking_next',
    null,
  ],
  [
    'taken by name',
    'acknowledged',
    [step('raised'), step('asked'), step('acknowledged', 'Sana')],
    false,
    'acknowledged',
    'Sana',
  ],
  [
    'begun by name',
    'in_progress',
    [step('raised'), step('acknowledged', 'Sana'), step('started', 'Sana')],
    false,
    'began',
    'Sana',
  ],
  [
    'joined by name',
    'in_progress',
    [step('raised'), step('acknowledged', 'Sana'), step('started', 'Sana'), step('joined', 'Sana')],
    false,
    'joined',
    'Sana',
  ],
  [
    'who joined and handed it back is not who has it',
    'in_progress',
    [
      step('raised'),
      step('acknowledged', 'Sana'),
      step('started', 'Sana'),
      step('joined', 'Sana'),
      step('unacknowledged', 'Sana'),
      step('acknowledged', 'Noor'),
      step('started', 'Noor'),
    ],
    false,
    'began',
    'Noor',
  ],
  [
    'handed back, before the next is asked',
    'raised',
    [step('raised'), step('asked'), step('acknowledged', 'Sana'), step('unacknowledged', 'Sana')],
    false,
    'handed_back',
    'Sana',
  ],
  [
    'came round without an answer',
    'exhausted',
    [step('raised'), step('asked'), step('delivered'), step('exhausted')],
    false,
    'unanswered',
    null,
  ],
  ['nothing got through', 'notifying', [step('raised', 'Ada'), step('asked')], true, 'undelivered', 'Ada'],
  [
    'closed',
    'resolved',
    [step('raised'), step('acknowledged', 'Sana'), step('resolved', 'Sana')],
    false,
    'resolved',
    'Sana',
  ],
  ['taken back', 'cancelled', [step('raised'), step('cancelled', 'Ada')], false, 'cancelled', 'Ada'],
  [
    'late is not said once somebody has it',
    'acknowledged',
    [step('raised'), step('acknowledged', 'Sana')],
    true,
    'acknowledged',
    'Sana',
  ],
]

test.each(moments)('the one truth of the moment: %s', (_, state, steps, late, kind, who) => {
  const found = momentOf({ state, steps, not_delivered: false }, late)
  expect([found.kind, found.who]).toEqual([kind, who])
})

test.each<[EscalationState, boolean, ReturnType<typeof bannerOf>]>([
  ['raised', false, undefined],
  ['raised', true, 'undelivered'],
  ['notifying', true, 'undelivered'],
  ['exhausted', true, 'undelivered'],
  ['exhausted', false, 'unanswered'],
  ['delivered', false, undefined],
  ['acknowledged', true, undefined],
  ['in_progress', true, undefined],
  ['resolved', true, undefined],
  ['cancelled', true, undefined],
])('in red: %s, late %s', (state, late, banner) => {
  expect(bannerOf({ state, not_delivered: false }, late)).toBe(banner)
})

const status = (state: EscalationState): EscalationStatus => ({
  now: '2027-01-15T08:00:00Z',
  undelivered_from: null,
  person: null,
  question: null,
  helped: null,
  may_say_helped: false,
  may_review: false,
  review_wanted: false,
  escalation: 'e',
  conversation: 'c',
  severity: 'critical',
  consent: 'agreed',
  state,
  steps: [],
  not_delivered: false,
  emergency_script: '',
  outcome: null,
  feedback: null,
})

test('it is looked at every five seconds until a person has answered, then every fifteen, and not at all once it is over', async () => {
  let state: EscalationState = 'delivered'
  const house = new FakeStaffHouse({ 'GET /api/escalations/e': () => status(state) })
  await house.enter(meWith('escalation.follow'))
  const raised = new Raised(house, 'e')
  const stop = raised.start()
  await house.clock.turn(10_000)
  expect(house.count('GET /api/escalations/e')).toBe(3)
  state = 'acknowledged'
  await house.clock.turn(5_000)
  expect(raised.status.value?.state).toBe('acknowledged')
  const asked = house.count('GET /api/escalations/e')
  await house.clock.turn(15_000)
  expect(house.count('GET /api/escalations/e')).toBe(asked + 1) // then only whether the person is still there
  state = 'resolved'
  await house.changed('escalations')
  expect(raised.status.value?.state).toBe('resolved')
  const over = house.count('GET /api/escalations/e')
  await house.clock.turn(20_000)
  expect(house.count('GET /api/escalations/e')).toBe(over)
  stop()
})

test('out of touch, the time of what is shown does not move', async () => {
  const house = new FakeStaffHouse({ 'GET /api/escalations/e': () => status('delivered') })
  await house.enter(meWith('escalation.follow'))
  const raised = new Raised(house, 'e')
  const stop = raised.start()
  await house.settle()
  const asOf = raised.asOf
  expect(asOf).toBe(Date.parse('2027-01-15T08:00:00Z'))
  house.network = false
  await house.clock.turn(30_000)
  expect(raised.asOf).toBe(asOf)
  expect(raised.status.trouble).not.toBe(undefined)
  stop()
})

const WAITING = { ...status('notifying'), undelivered_from: '2027-01-15T08:00:35Z' }

test.each([
  ['the device’s clock is right', 0],
  ['it is an hour fast', 3_600_000],
  ['it is an hour slow', -3_600_000],
])('with the network gone, nobody reached is said by our own count at 35 s: %s (FAULTS 100)', async (_, off) => {
  const house = new FakeStaffHouse({ 'GET /api/escalations/e': () => WAITING })
  house.clock.sleep(off)
  await house.enter(meWith('escalation.follow'))
  const raised = new Raised(house, 'e', WAITING)
  house.network = false
  const stop = raised.start()
  await house.clock.turn(34_000)
  expect(raised.late).toBe(false)
  await house.clock.turn(1_000)
  expect(raised.late).toBe(true)
  expect(bannerOf(WAITING, raised.late)).toBe('undelivered')
  stop()
})

test('right after a reload the house says it, and the page shows it at once (FAULTS 100)', async () => {
  const house = new FakeStaffHouse({
    'GET /api/escalations/e': () => ({ ...WAITING, now: '2027-01-15T08:01:00Z', not_delivered: true }),
  })
  await house.enter(meWith('escalation.follow'))
  const raised = new Raised(house, 'e')
  const stop = raised.start()
  await house.settle()
  expect(raised.late).toBe(true)
  stop()
})

test('reached in time, the count is over', async () => {
  let reached: EscalationStatus = WAITING
  const house = new FakeStaffHouse({ 'GET /api/escalations/e': () => reached })
  await house.enter(meWith('escalation.follow'))
  const raised = new Raised(house, 'e')
  const stop = raised.start()
  await house.clock.turn(20_000)
  reached = status('delivered')
  await house.changed('escalations')
  await house.clock.turn(60_000)
  expect(raised.late).toBe(false)
  stop()
})
