import { expect, test } from 'vitest'
import type { ReportOpened } from '../net/wire'
import { FakeStaffHouse, meWith, No } from './fake_house'
import { Judging } from './judging.svelte'

const report = (more: Partial<ReportOpened> = {}): ReportOpened => ({
  report: 'r',
  reasons: ['contact'],
  words: [],
  about: { account: 'ash', pseudonym: 'Ash', place: 'member' },
  conversation: 'lounge',
  conversation_title: 'The lounge',
  kind: 'lounge',
  target_seq: 6,
  events: [],
  claimed_by: null,
  claimed_by_me: false,
  hidden: false,
  can_step_out: true,
  state: 'open',
  ...more,
})
const mine = { claimed_by: 'Ada', claimed_by_me: true }

test('what the house answers is what is shown, and what was done is said', async () => {
  const house = new FakeStaffHouse({
    'GET /api/desk/reports/r': () => report(),
    'POST /api/desk/reports/r/claim': () => report(mine),
    'POST /api/desk/reports/r/hide': () => report({ ...mine, hidden: true }),
  })
  await house.enter(meWith('report.judge'))
  const judging = new Judging(house, 'r')
  const stop = judging.start()
  await house.clock.turn(0)
  await judging.claim()
  expect(judging.done).toBe('claimed')
  await judging.hide({ reason: 'Asks for a number.' })
  expect(judging.report.value?.hidden).toBe(true)
  expect(judging.done).toBe('hidden')
  stop()
})

test('somebody else was quicker: it shows who has it, and says nothing was done', async () => {
  let stands = report()
  const house = new FakeStaffHouse({
    'GET /api/desk/reports/r': () => stands,
    'POST /api/desk/reports/r/claim': () => {
      stands = report({ claimed_by: 'Moss' })
      return new No(409, 'already_taken')
    },
  })
  await house.enter(meWith('report.judge'))
  const judging = new Judging(house, 'r')
  const stop = judging.start()
  await house.clock.turn(0)
  expect(await judging.claim()).toBe(false)
  expect(judging.report.value?.claimed_by).toBe('Moss')
  expect(judging.done).toBe(undefined)
  stop()
})

test('a claim is renewed while the report is open on the screen, and let run out once it is closed', async () => {
  let stands = report(mine)
  const house = new FakeStaffHouse({
    'GET /api/desk/reports/r': () => stands,
    'POST /api/desk/reports/r/claim': () => stands,
  })
  await house.enter(meWith('report.judge'))
  const judging = new Judging(house, 'r')
  const stop = judging.start()
  await house.clock.turn(60_000)
  expect(house.count('POST /api/desk/reports/r/claim')).toBe(2)
  stands = report({ ...mine, state: 'closed' })
  await house.changed('reports')
  await house.clock.turn(60_000)
  expect(house.count('POST /api/desk/reports/r/claim')).toBe(2)
  stop()
})
