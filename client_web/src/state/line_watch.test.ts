import { expect, test } from 'vitest'
import type { LineWatch } from '../net/wire'
import { FakeStaffHouse, meWith } from './fake_house'
import { Watching } from './line_watch.svelte'

test('a line with nobody at the desk is known when the house says so, and within half a minute when its word got lost (FAULTS 106)', async () => {
  let line: LineWatch = { since: null, waiting: 0 }
  const house = new FakeStaffHouse({ 'GET /api/line/watch': () => line })
  await house.enter(meWith('staff.see'))
  const watching = new Watching(house)
  const stop = watching.start()
  await house.settle()
  expect(watching.line.value?.since).toBe(null)
  line = { since: '2026-11-21T21:00:00Z', waiting: 2 }
  await house.changed('desk')
  expect(watching.line.value?.waiting).toBe(2)
  line = { since: null, waiting: 0 }
  await house.clock.turn(30_000)
  expect(watching.line.value?.since).toBe(null)
  stop()
})
