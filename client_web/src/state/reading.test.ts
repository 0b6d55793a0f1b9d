// What this person has read: the other of a one-to-one sees it at once, and a busy room is not written to for each line and reader.

import { expect, test } from 'vitest'
import { rowan, stage } from './fake_talk'

async function reads(kind: 'one_to_one' | 'group') {
  const staged = await stage((house) => (house.kind = kind))
  const list: (number | null)[] = []
  staged.session.onMoved((moved) => list.push(moved.seen_seq))
  let next = 2
  const line = () => {
    staged.house.say(rowan, `r${next}`, `line ${next}`)
    next += 1
    staged.talk.markSeen()
  }
  staged.talk.markSeen()
  return { ...staged, list, line }
}

test('in a one-to-one each line is told of in the moment it is seen, and once', async () => {
  const { house, talk, line } = await reads('one_to_one')
  line()
  line()
  talk.markSeen()
  await house.clock.turn(60_000)
  expect(house.marked).toEqual([1, 2, 3])
})

test('in a room the first is told of at once, and what is read after it together', async () => {
  const { house, line } = await reads('group')
  for (let second = 0; second < 12; second += 1) {
    line()
    await house.clock.turn(1_000)
  }
  expect(house.marked).toEqual([1, 6, 11])
  await house.clock.turn(10_000)
  expect(house.marked).toEqual([1, 6, 11, 13])
})

test('one’s own list knows at once, and again when it is told: it may have been loaded meanwhile', async () => {
  const { house, list, line } = await reads('group')
  line()
  expect(list).toEqual([1, 1, 2])
  await house.clock.turn(5_000)
  expect(list).toEqual([1, 1, 2, 2])
})

test('whoever turns elsewhere has read what they have read, and is told of no more', async () => {
  const { house, line, stop } = await reads('group')
  line()
  line()
  stop()
  await house.clock.turn(60_000)
  expect(house.marked).toEqual([1, 3])
})

test('without a line it goes over HTTPS', async () => {
  const { house, session, line } = await reads('group')
  line()
  session.cut()
  await house.clock.turn(4_999)
  expect(house.asked).not.toContain('POST /api/conversations/c/seen')
  await house.clock.turn(1)
  expect([house.marked, house.asked.filter((one) => one.endsWith('/seen'))]).toEqual([
    [1],
    ['POST /api/conversations/c/seen'],
  ])
})

test('whoever leaves quickly leaves no request behind', async () => {
  const { house, session, line, stop } = await reads('group')
  line()
  session.vanish()
  stop()
  await house.clock.turn(60_000)
  expect([house.marked, house.asked.filter((one) => one.endsWith('/seen'))]).toEqual([[1], []])
})

test('a device whose clock is set back goes on telling (FAULTS 25)', async () => {
  const { house, line } = await reads('group')
  house.clock.sleep(-3_600_000)
  line()
  await house.clock.turn(0)
  expect(house.marked).toEqual([1, 2])
})
