// What a bad network, a sleeping device and a wrong clock do to a conversation: nothing is lost, nothing is shown twice, nothing is said that is not so.

import { describe, expect, test } from 'vitest'
import { dayRule } from '../words/when'
import { rowan, stage } from './fake_talk'
import { rowsOf } from './rows'

const HOUR = 3_600_000
const page = () => new Response('<html>Room number?', { headers: { 'content-type': 'text/html' } })
const pause = () => new Response('', { status: 503, headers: { 'retry-after': '30' } })
const tooOld = () =>
  Response.json(
    { code: 'upgrade_required', message: 'This page is from before.', field: null, retry_after_ms: null },
    { status: 409 },
  )

test('a laptop that slept for eight hours catches up at once, without an empty page and without a loop (FAULTS 18)', async () => {
  const { house, session, talk, bodies, truth } = await stage()
  const wire = house.wires.at(-1)
  if (wire) wire.asleep = true
  for (let line = 0; line < 300; line += 1) house.say(rowan, `r${line}`, `line ${line}`)
  house.clock.sleep(8 * HOUR)
  const asked = house.asked.length
  session.wake()
  const lengths: number[] = []
  for (let moment = 0; moment < 200; moment += 1) {
    await house.clock.turn(10)
    lengths.push(talk.timeline.lines.length)
  }
  expect(bodies()).toEqual(truth())
  expect(lengths.filter((length) => length === 0)).toEqual([])
  expect(talk.trouble).toBe('none')
  expect(house.wires.length).toBe(2)
  expect(house.asked.length - asked).toBeLessThan(10)
})

test('a socket that only looks open is told apart within ten seconds of a send, and the words go once (FAULTS 19)', async () => {
  const { house, session, talk, truth } = await stage()
  const wire = house.wires.at(-1)
  if (wire) wire.asleep = true
  house.hole = true
  talk.send('are you there')
  await house.clock.turn(3_000)
  expect(talk.pending.map((item) => item.state)).toEqual(['unsent'])
  await house.clock.turn(7_000)
  expect(session.lost).toBe(true)
  house.hole = false
  await house.clock.turn(20_000)
  expect(truth()).toEqual(['Hi.', 'are you there'])
  expect([talk.pending, session.lost]).toEqual([[], false])
})

test('a page that is looked at again leaves a dead socket within a second, and has what was said meanwhile (FAULTS 20)', async () => {
  const { house, session, bodies } = await stage()
  const wire = house.wires.at(-1)
  if (wire) wire.asleep = true
  house.say(rowan, 'r2', 'while you slept')
  session.wake()
  await house.clock.turn(1_100)
  expect(house.wires.length).toBe(2)
  expect(bodies()).toEqual(['Hi.', 'while you slept'])
})

test('without sockets words arrive in the moment they are said, both ways, and are told of as ever (FAULTS 21)', async () => {
  const { house, session, talk, bodies } = await stage((one) => (one.sockets = 'refused'))
  await house.clock.turn(3_000)
  expect(session.touch).toBe('in_touch')
  house.say(rowan, 'r2', 'I read you')
  await house.clock.turn(0)
  expect(bodies()).toEqual(['Hi.', 'I read you'])
  talk.send('and I you')
  await house.clock.turn(0)
  expect([bodies(), talk.pending]).toEqual([['Hi.', 'I read you', 'and I you'], []])
})

test('while a browser waits a minute for its socket, words go and come over HTTPS (FAULTS 22)', async () => {
  const { house, talk, bodies } = await stage((one) => (one.sockets = 'never answered'))
  talk.send('hello')
  await house.clock.turn(0)
  expect(house.log.map((one) => one.body)).toEqual(['Hi.', 'hello'])
  house.say(rowan, 'r2', 'I’m here.')
  await house.clock.turn(4_000)
  expect([bodies(), talk.pending]).toEqual([['Hi.', 'hello', 'I’m here.'], []])
})

test('a hotel that answers everything with a page of its own is no house: what is written waits (FAULTS 23)', async () => {
  const { house, session, talk, bodies, truth } = await stage()
  house.instead = page
  house.sockets = 'refused'
  house.wires.at(-1)?.drop()
  talk.send('from the lobby')
  await house.clock.turn(20_000)
  expect(truth()).toEqual(['Hi.'])
  expect(talk.pending.map((item) => item.state)).toEqual(['unsent'])
  expect([bodies(), session.lost]).toEqual([['Hi.'], true])
  house.instead = undefined
  house.sockets = 'open'
  session.wake()
  await house.clock.turn(20_000)
  expect(bodies()).toEqual(['Hi.', 'from the lobby'])
  expect(talk.pending).toEqual([])
})

describe('a device whose clock is wrong (FAULTS 25)', () => {
  test.each([-24 * HOUR, -HOUR, HOUR, 24 * HOUR])('by %i ms: order and times are the house’s', async (ahead) => {
    const { house, session, talk, bodies, truth } = await stage((one) => (one.ahead = ahead))
    talk.send('mine')
    await house.clock.turn(10)
    house.say(rowan, 'r2', 'theirs')
    expect(bodies()).toEqual(truth())
    expect(talk.timeline.lines.map((line) => line.at)).toEqual(house.log.map((one) => one.at))
    expect(session.now()).toBe(house.clock.now() + ahead)
  })

  test.each([-HOUR, HOUR])(
    'set by %i ms in the middle of a conversation: nothing moves, nothing stops',
    async (step) => {
      const { house, session, bodies, truth } = await stage()
      house.ahead = step // the house's clock stays; summer time, or somebody who set the device's own
      house.clock.sleep(-step)
      house.say(rowan, 'r2', 'before or after')
      session.wake()
      await house.clock.turn(Math.abs(step) + 2_000)
      house.say(rowan, 'r3', 'and on')
      expect(bodies()).toEqual(truth())
    },
  )

  test.each([-HOUR, -1_000, HOUR])(
    'set by %i ms between two messages, at midnight: order is the log’s, the day and its name are the house’s',
    async (step) => {
      const midnight = new Date(2026, 10, 20).getTime()
      const { house, session, talk, bodies, truth } = await stage((one) => {
        one.ahead = midnight - 1_000 - one.clock.now()
        one.log = []
      })
      talk.send('before')
      await house.clock.turn(10)
      house.clock.sleep(step) // a leap second, summer time, or somebody who set the device's own
      house.ahead += 2_000 - step
      house.say(rowan, 'r2', 'after')
      talk.send('and after')
      await house.clock.turn(10)
      const server_time = new Date(house.clock.now() + house.ahead).toISOString()
      house.wires.at(-1)?.hear({ type: 'heartbeat', server_time, positions: [] })
      expect([bodies(), bodies()]).toEqual([truth(), ['before', 'after', 'and after']])
      const rows = rowsOf(talk.timeline.lines, talk.pending, { me: 'wren', seenByOthers: 0, seenBefore: 0 })
      expect(rows.map((row) => (row.kind === 'day' ? dayRule(row.at, session.now()) : row.kind))).toEqual([
        'Last night',
        'said',
        'Tonight',
        'said',
        'said',
      ])
    },
  )
})

test('a page that the house no longer understands says so plainly, and keeps the words (FAULTS 37, the client’s half)', async () => {
  const { house, session, talk, bodies } = await stage()
  house.instead = tooOld
  house.wires.at(-1)?.drop()
  talk.send('still here')
  await house.clock.turn(5_000)
  expect([session.outdated, session.lost]).toEqual([true, false])
  expect(talk.pending).toMatchObject([{ state: 'refused', body: 'still here', why: 'This page is from before.' }])
  const tries = house.tries.length
  session.wake()
  talk.send('and this')
  await house.clock.turn(HOUR)
  expect(house.tries.length - tries).toBe(1) // the new words, once; then nobody asks any more
  expect(talk.pending.map((item) => item.body)).toEqual(['still here', 'and this'])
  expect([talk.outbox.holdsWords, bodies()]).toEqual([true, ['Hi.']])
})

test('a page that is told over the socket that it is too old says so, and takes back the words that were on their way (FAULTS 37, the client’s half)', async () => {
  const { house, session, talk } = await stage()
  const wire = house.wires.at(-1)
  if (wire) wire.asleep = true
  talk.send('on its way')
  house.instead = tooOld
  wire?.drop(4013)
  await house.clock.turn(10)
  expect([session.outdated, session.touch]).toEqual([true, 'outdated'])
  const [waiting] = talk.pending
  expect(waiting).toMatchObject({ state: 'refused', body: 'on its way' })
  expect(talk.outbox.takeBack(waiting?.clientId ?? '')).toBe('on its way')
})

describe('a house that is down is not stormed by a page with words to send (FAULTS 36)', () => {
  test('it is asked more and more seldom, and at least every ten seconds', async () => {
    const { house, talk } = await stage()
    house.network = false
    house.wires.at(-1)?.drop()
    talk.send('still here')
    await house.clock.turn(60_000)
    const before = house.tries.length
    await house.clock.turn(60_000)
    const tries = house.tries.length - before
    expect(tries).toBe(3 * 12) // the line, the words and the log, each every five seconds: half of ten
  })

  test('a pause that it asks for is kept by everything on the page', async () => {
    const { house, talk } = await stage()
    house.instead = pause
    house.wires.at(-1)?.drop()
    talk.send('still here')
    await house.clock.turn(4_000)
    const before = house.tries.length
    await house.clock.turn(25_000)
    expect(house.tries.length).toBe(before)
  })
})
