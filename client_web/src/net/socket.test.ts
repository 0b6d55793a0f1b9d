// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { backoff, CAP_IDLE_MS, CAP_OPEN_MS } from './backoff'
import { message, stage, welcome } from './fake_line'
import { OutOfTouch, Refused } from './http'
import { spoken, type Ticket } from './wire'

const nothing = { message: '', field: null, retry_after_ms: null }

test('it says hello with a ticket, and is in touch at welcome', async () => {
  const { last, touches, arrive } = stage()
  await arrive()
  expect(last().said).toEqual([{ type: 'hello', ticket: 't'.repeat(16), speaks: spoken.version }])
  expect(touches).toEqual(['reaching', 'in_touch'])
})

test('without welcome within five seconds it tries again', async () => {
  const { clock, wires, socket } = stage()
  socket.start()
  await clock.turn(5_000)
  expect(wires[0]?.closed).toBe(true)
  await clock.turn(1_000)
  expect(wires.length).toBe(2)
})

test('45 seconds of silence is a lost line, and a heartbeat is not silence (FAULTS 19)', async () => {
  const { clock, last, socket, arrive } = stage()
  await arrive()
  await clock.turn(40_000)
  last().hear({ type: 'heartbeat', server_time: '', positions: [] })
  await clock.turn(40_000)
  expect(socket.touch).toBe('in_touch')
  await clock.turn(5_000)
  expect(socket.touch).not.toBe('in_touch')
})

test('a send without any frame for eight seconds means that the socket only looked open, so that the page says so within ten (FAULTS 19)', async () => {
  const { clock, last, wires, socket, arrive } = stage()
  await arrive()
  expect(socket.say({ type: 'message.send', conversation: 'c', client_id: 'x', body: 'hello' })).toBe(true)
  expect(last().said.map((one) => one.type)).toEqual(['hello', 'message.send', 'ping'])
  await clock.turn(7_999)
  expect(socket.touch).toBe('in_touch')
  await clock.turn(1)
  expect(wires[0]?.closed).toBe(true)
})

test('a page that wakes to a dead socket is back within a second (FAULTS 20)', async () => {
  const { clock, wires, socket, arrive } = stage()
  await arrive()
  await clock.turn(10_000)
  socket.wake()
  await clock.turn(1_000)
  expect(wires.length).toBe(2)
})

test('a page that wakes after a long sleep does not even ask the old socket', async () => {
  const { clock, wires, socket, arrive } = stage()
  await arrive()
  await clock.turn(30_000)
  socket.wake()
  await clock.turn(0)
  expect(wires.length).toBe(2)
})

test('a device that says it is offline is out of touch at once', async () => {
  const { socket, arrive } = stage()
  await arrive()
  socket.cut()
  expect(socket.touch).toBe('lost')
})

test('log events are confirmed at the sixteenth, and after two seconds', async () => {
  const { clock, last, arrive } = stage()
  await arrive()
  for (let seq = 1; seq <= 17; seq += 1) last().hear(message(seq))
  last().hear({ type: 'message.accepted', conversation: 'c', log: 'public', seq: 18 })
  const counts = () =>
    last()
      .said.filter((one) => one.type === 'received.confirm')
      .map((one) => one.count)
  expect(counts()).toEqual([16])
  await clock.turn(2_000)
  expect(counts()).toEqual([16, 17])
})

describe('what a close code says is done', () => {
  test.each([
    [4001, 'signed_out'],
    [4003, 'blocked'],
    [4012, 'another_tab'],
  ] as const)('%i: %s, and no coming back by itself', async (code, touch) => {
    const { clock, last, wires, socket, arrive } = stage()
    await arrive()
    last().onclose?.({ code })
    await clock.turn(600_000)
    expect(socket.touch).toBe(touch)
    expect(wires.length).toBe(1)
  })

  test('4029: not before a minute, and a person who looks at the page does not shorten it', async () => {
    const { clock, last, wires, socket, arrive } = stage()
    await arrive()
    last().onclose?.({ code: 4029 })
    await clock.turn(30_000)
    socket.wake()
    await clock.turn(30_000)
    expect(wires.length).toBe(1)
    await clock.turn(500)
    expect(wires.length).toBe(2)
  })

  test('4010: cursors are forgotten, and it comes back', async () => {
    const { clock, last, wires, arrive, afreshes } = stage()
    await arrive()
    last().onclose?.({ code: 4010 })
    expect(afreshes()).toBe(1)
    await clock.turn(1_000)
    expect(wires.length).toBe(2)
  })
})

test('a drain is followed when the server asked for it, before it closes', async () => {
  const { clock, last, wires, arrive } = stage()
  await arrive()
  last().hear({ type: 'drain', in_ms: 3_000 })
  await clock.turn(2_999)
  expect(wires.length).toBe(1)
  await clock.turn(1)
  expect(wires.length).toBe(2)
})

test('a drain holds also where the end comes first: all pages at once would be a storm (FAULTS 33, 34, the client’s half)', async () => {
  const { clock, last, wires, socket, arrive } = stage()
  await arrive()
  last().hear({ type: 'drain', in_ms: 7_000 })
  last().onclose?.({ code: 1012 })
  await clock.turn(3_000)
  socket.wake()
  await clock.turn(3_999)
  expect(wires.length).toBe(1)
  await clock.turn(1)
  expect(wires.length).toBe(2)
})

test('a page that wakes while it waits for the answer to a send does not go on waiting so long (FAULTS 20)', async () => {
  const { clock, wires, socket, arrive } = stage()
  await arrive()
  socket.say({ type: 'message.send', conversation: 'c', client_id: 'x', body: 'hello' })
  await clock.turn(2_000)
  socket.wake()
  await clock.turn(1_000)
  expect(wires.length).toBe(2)
})

test('a ticket is waited for longer than a socket, unless the page wakes meanwhile (FAULTS 20, 33)', async () => {
  let asked = 0
  const { clock, wires, socket, touches } = stage(() => new Promise<Ticket>(() => (asked += 1)))
  socket.start()
  await clock.turn(4_000)
  socket.wake()
  await clock.turn(2_000)
  expect([asked, touches]).toEqual([1, ['reaching']])
  socket.wake()
  await clock.turn(0)
  expect(asked).toBe(2)
  await clock.turn(15_000)
  expect([touches.at(-1), wires.length]).toEqual(['lost', 0])
})

test('it comes back sooner while somebody is talking, and slower for a page that rests (FAULTS 36)', async () => {
  const { clock, wires, socket, arrive, last } = stage()
  await arrive()
  socket.closeBy = true
  for (let loss = 0; loss < 8; loss += 1) {
    last().onclose?.({ code: 1006 })
    for (const before = wires.length; wires.length === before;) await clock.turn(500)
    last().hear(welcome)
  }
  expect(wires.length).toBe(9)
  socket.closeBy = false
  last().onclose?.({ code: 1006 })
  await clock.turn(29_999)
  expect(wires.length).toBe(9)
  await clock.turn(1)
  expect(wires.length).toBe(10)
})

test('without a session no ticket is given, and the page hears that it is signed out', async () => {
  const refused = new Refused(401, { code: 'not_signed_in', message: '', field: null, retry_after_ms: null })
  const { clock, socket } = stage(() => Promise.reject(refused))
  socket.start()
  await clock.turn(0)
  expect(socket.touch).toBe('signed_out')
})

describe('a page that is too old stays away until somebody loads it afresh (FAULTS 37)', () => {
  test('where it is told at the ticket', async () => {
    let tries = 0
    const { clock, wires, socket } = stage(() => {
      tries += 1
      return Promise.reject(new Refused(409, { ...nothing, code: 'upgrade_required' }))
    })
    socket.start()
    await clock.turn(0)
    socket.wake()
    await clock.turn(3_600_000)
    expect([socket.touch, tries, wires.length]).toEqual(['outdated', 1, 0])
  })

  test('where it is told over the socket', async () => {
    const { clock, last, wires, frames, socket, arrive } = stage()
    await arrive()
    last().hear({ type: 'refused', code: 'upgrade_required', message: '', ref: null })
    last().onclose?.({ code: 4013 })
    socket.wake()
    await clock.turn(3_600_000)
    expect([socket.touch, wires.length]).toEqual(['outdated', 1])
    expect(frames.map((one) => one.type)).toEqual(['welcome', 'refused'])
  })
})

test.each<[string, () => Error]>([
  ['a gateway', () => new OutOfTouch('not ours: 503', 20_000)],
  ['the house', () => new Refused(503, { code: 'busy', message: '', field: null, retry_after_ms: 20_000 })],
])('%s that asks for a pause gets it, and a moment of each page’s own on top (FAULTS 36)', async (_, trouble) => {
  let tries = 0
  const { clock, socket } = stage(() => {
    tries += 1
    return Promise.reject(trouble())
  })
  socket.start()
  await clock.turn(20_000)
  socket.wake()
  await clock.turn(499)
  expect(tries).toBe(1)
  await clock.turn(1)
  expect(tries).toBe(2)
})

test('a thousand pages that lose the house come back evenly over the whole of the limit (FAULTS 36)', () => {
  const limits = [1_000, 2_000, 4_000, 8_000, CAP_OPEN_MS, CAP_OPEN_MS]
  limits.forEach((limit, attempt) => {
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let page = 0; page < 1_000; page += 1) {
      const wait = backoff(attempt, CAP_OPEN_MS, () => (page + 0.5) / 1_000)
      tenths[Math.floor((wait / limit) * 10)] = (tenths[Math.floor((wait / limit) * 10)] ?? 0) + 1
    }
    expect(tenths).toEqual(Array.from({ length: 10 }, () => 100))
  })
  expect(backoff(40, CAP_IDLE_MS, () => 1)).toBe(60_000)
})

test('a line that never holds is tried more and more seldom, one that held at once (FAULTS 36)', async () => {
  const { clock, last, wires, socket, arrive } = stage()
  socket.closeBy = true
  await arrive()
  for (let flap = 0; flap < 5; flap += 1) {
    last().onclose?.({ code: 1006 })
    for (const flapped = wires.length; wires.length === flapped;) await clock.turn(500)
    last().hear(welcome)
  }
  const before = wires.length
  last().onclose?.({ code: 1006 })
  await clock.turn(4_999)
  expect(wires.length).toBe(before)
  await clock.turn(1)
  last().hear(welcome)
  await clock.turn(10_000)
  last().onclose?.({ code: 1006 })
  await clock.turn(500)
  expect(wires.length).toBe(before + 2)
})

test('a frame that it does not understand is passed by', async () => {
  const { last, frames, socket, arrive } = stage()
  await arrive()
  for (const data of ['{', '7', 'null', '[]']) last().onmessage?.({ data })
  last().hear({ type: 'something.new' })
  expect(frames.map((frame) => frame.type)).toEqual(['welcome', 'something.new'])
  expect(socket.touch).toBe('in_touch')
})
