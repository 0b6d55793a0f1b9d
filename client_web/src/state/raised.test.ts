import { expect, test } from 'vitest'
import type { EscalationState, EscalationStatus, EscalationStep, StepKind } from '../net/wire'
import { FakeStaffHouse, meWith } from './fake_house'
import { Raised, way } from './raised.svelte'

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

const status = (state: EscalationState): EscalationStatus => ({
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

test('it is looked at every five seconds until a person has answered, and then only when something changes', async () => {
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
  await house.clock.turn(20_000)
  expect(house.count('GET /api/escalations/e')).toBe(4)
  state = 'resolved'
  await house.changed('escalations')
  expect(raised.status.value?.state).toBe('resolved')
  stop()
})

test('out of touch, the time of what is shown does not move', async () => {
  const house = new FakeStaffHouse({ 'GET /api/escalations/e': () => status('delivered') })
  await house.enter(meWith('escalation.follow'))
  const raised = new Raised(house, 'e')
  const stop = raised.start()
  await house.settle()
  const asOf = raised.asOf
  expect(asOf).toBe(1_800_000_000_000)
  house.network = false
  await house.clock.turn(30_000)
  expect(raised.asOf).toBe(asOf)
  expect(raised.status.trouble).not.toBe(undefined)
  stop()
})
