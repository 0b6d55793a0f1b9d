// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { HandClock } from '../net/clock'
import { OutOfTouch, Refused } from '../net/http'
import type { Accepted } from '../net/wire'
import { Outbox, type Pending } from './outbox'

const refusal = (code: string, retry_after_ms: number | null = null) => ({
  code,
  message: 'Why.',
  field: null,
  retry_after_ms,
})

function stage(
  inTouch: boolean,
  post: (item: Pending) => Promise<Accepted> = () => Promise.reject(new OutOfTouch('x')),
) {
  const clock = new HandClock()
  const said: string[] = []
  const posted: string[] = []
  const away = { socket: !inTouch }
  let made = 0
  const outbox: Outbox = new Outbox({
    clock,
    random: () => 1,
    newId: () => `id-${(made += 1)}`,
    say(item) {
      if (!away.socket) said.push(item.clientId)
      return !away.socket
    },
    post(item) {
      posted.push(item.clientId)
      return post(item)
    },
    accepted: (answer) => {
      outbox.stored(answer.client_id)
    },
    changed: () => undefined,
  })
  const states = () => outbox.items.map((item) => item.state)
  return { clock, said, posted, away, outbox, states }
}

const accept = (item: Pending): Promise<Accepted> =>
  Promise.resolve({ conversation: 'c', log: 'public', client_id: item.clientId, seq: 1, at: '' })

test('one message is in flight at a time, in the order of writing', () => {
  const { outbox, said } = stage(true)
  outbox.add('one')
  outbox.add('two')
  expect(said).toEqual(['id-1'])
  outbox.stored('id-1')
  expect(said).toEqual(['id-1', 'id-2'])
})

test('nothing is called sent before the house has it, and the twin goes when the line is there', () => {
  const { outbox, states } = stage(true)
  outbox.add('one')
  expect(states()).toEqual(['waiting'])
  outbox.stored('id-1')
  expect(states()).toEqual(['stored'])
  outbox.arrived('id-1')
  expect(states()).toEqual([])
})

test('an event that arrives before the answer counts as the answer', () => {
  const { outbox, said } = stage(true)
  outbox.add('one')
  outbox.add('two')
  outbox.arrived('id-1')
  outbox.stored('id-1')
  expect(said).toEqual(['id-1', 'id-2'])
})

test('after a reconnect the same message goes again under the same id (FAULTS 1)', () => {
  const { outbox, said } = stage(true)
  outbox.add('one')
  outbox.inTouch()
  expect(said).toEqual(['id-1', 'id-1'])
})

test('without an answer for three seconds it says: not sent yet', async () => {
  const { outbox, clock, states } = stage(true)
  outbox.add('one')
  await clock.turn(2_999)
  expect(states()).toEqual(['waiting'])
  await clock.turn(1)
  expect(states()).toEqual(['unsent'])
})

test('with the socket away it goes over HTTPS (FAULTS 21, 22)', async () => {
  const { outbox, clock, posted, states } = stage(false, accept)
  outbox.add('one')
  outbox.add('two')
  await clock.turn(0)
  expect(posted).toEqual(['id-1', 'id-2'])
  expect(states()).toEqual(['stored', 'stored'])
})

test('with everything away it is kept, shown as not sent, and tried again in order (FAULTS 24)', async () => {
  const { outbox, clock, posted, said, away, states } = stage(false)
  outbox.add('one')
  outbox.add('two')
  await clock.turn(0)
  expect(states()).toEqual(['unsent', 'waiting'])
  expect(outbox.holdsWords).toBe(true)
  await clock.turn(3_000)
  expect(posted).toEqual(['id-1', 'id-1', 'id-1'])
  away.socket = false
  outbox.inTouch()
  expect(said).toEqual(['id-1'])
})

test('a message in flight over a socket that is lost goes over HTTPS at once', async () => {
  const { outbox, clock, posted, away, states } = stage(true, accept)
  outbox.add('one')
  away.socket = true
  outbox.outOfTouch()
  await clock.turn(0)
  expect(posted).toEqual(['id-1'])
  expect(states()).toEqual(['stored'])
})

test('an answer that is not about this message is nobody’s: it is kept as not sent, and goes again (FAULTS 23)', async () => {
  const { outbox, clock, posted, states } = stage(false, () =>
    Promise.resolve({ login: 'room 12' } as unknown as Accepted),
  )
  outbox.add('one')
  await clock.turn(0)
  expect([posted.length, states()]).toEqual([1, ['unsent']])
  await clock.turn(1_000)
  expect(posted.length).toBe(2)
})

test('a request that hangs does not hold up what can go over a new socket, and its late end changes nothing (FAULTS 1)', async () => {
  let fail: (trouble: Error) => void = () => undefined
  const { outbox, clock, said, away, states } = stage(false, () => new Promise((_, hang) => (fail = hang)))
  outbox.add('one')
  away.socket = false
  outbox.inTouch()
  expect(said).toEqual(['id-1'])
  fail(new OutOfTouch('x'))
  await clock.turn(0)
  expect(states()).toEqual(['waiting'])
  outbox.stored('id-1')
  expect(states()).toEqual(['stored'])
})

describe('a refusal that is about the moment', () => {
  test.each(['slow_down', 'busy', 'unavailable'])('%s: the words wait, and go later', async (code) => {
    const { outbox, clock, said, states } = stage(true)
    outbox.add('one')
    outbox.refused('id-1', { ...refusal(code), retryAfterMs: 4_000 })
    await clock.turn(3_999)
    expect([said, states()]).toEqual([['id-1'], ['waiting']])
    await clock.turn(1)
    expect(said).toEqual(['id-1', 'id-1'])
  })

  test('a house that cannot store anything now is asked again when it said, and a moment of this page’s own later (FAULTS 36)', async () => {
    const refused = new Refused(503, refusal('unavailable', 5_000))
    const { outbox, clock, posted, states } = stage(false, () => Promise.reject(refused))
    outbox.add('one')
    await clock.turn(5_999)
    expect([posted.length, states()]).toEqual([1, ['unsent']])
    await clock.turn(1)
    expect(posted.length).toBe(2)
  })
})

describe('a refusal that is about the words or the place', () => {
  test.each(['closed', 'stepped_out', 'too_long', 'bad_text'])('%s: it stays on the screen with the reason', (code) => {
    const { outbox, said } = stage(true)
    outbox.add('one')
    outbox.add('two')
    outbox.refused('id-1', { ...refusal(code), retryAfterMs: null })
    expect(outbox.items[0]).toMatchObject({ state: 'refused', why: 'Why.', body: 'one' })
    expect(said).toEqual(['id-1', 'id-2'])
  })

  test('its words can be taken back, those of a message on its way cannot', () => {
    const { outbox } = stage(true)
    outbox.add('one')
    expect(outbox.takeBack('id-1')).toBe(undefined)
    outbox.refused('id-1', { ...refusal('too_long'), retryAfterMs: null })
    expect(outbox.takeBack('id-1')).toBe('one')
    expect(outbox.items).toEqual([])
  })
})

test('after the conversation is left nothing more is tried', async () => {
  const { outbox, clock, posted } = stage(false)
  outbox.add('one')
  await clock.turn(0)
  outbox.stop()
  await clock.turn(60_000)
  expect(posted.length).toBe(1)
})
