// @vitest-environment node
// Three hundred pages that lose their house in the same moment: when each of them knocks, second by second, and that all of them are back.

import { expect, test, vi } from 'vitest'
import { HandClock } from './clock'
import { OutOfTouch, Refused } from './http'
import type { Wire } from './line'
import { Socket } from './socket'
import type { Ticket } from './wire'

const PAGES = 300
vi.setConfig({ testTimeout: 60_000 }) // of a busy machine; on a quiet one these take a second each
const PAUSE_MS = 3_000 // what the house asks for where too many wait already
const DRAIN_MS = 10_000 // over how long a node that stops sends its pages away
const welcome = { type: 'welcome', account: 'a', epoch: 'e', server_time: '', heartbeat_seconds: 20, ref: null }

/** Always the same chance: small, and good enough to spread people with. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
}

/** The node that stays: gives tickets one after the other, lets so many wait, and asks the others to come later. */
class House {
  awayUntil = 0
  readonly knocks: number[] = []
  turnedAway = 0
  readonly #clock: HandClock
  readonly #eachMs: number
  readonly #waiting: number
  #free = 0

  constructor(clock: HandClock, perSecond: number, waiting: number) {
    this.#clock = clock
    this.#eachMs = 1_000 / perSecond
    this.#waiting = waiting
  }

  ticket(): Promise<Ticket> {
    const now = this.#clock.now()
    this.knocks.push(now)
    if (now < this.awayUntil) return Promise.reject(new OutOfTouch('TypeError'))
    this.#free = Math.max(now, this.#free)
    if (this.#free - now >= this.#waiting * this.#eachMs) {
      this.turnedAway += 1
      return Promise.reject(new Refused(503, { code: 'busy', message: '', field: null, retry_after_ms: PAUSE_MS }))
    }
    this.#free += this.#eachMs
    return new Promise((give) => {
      this.#clock.after(this.#free - now, () => {
        give({ ticket: 't'.repeat(16), expires_at: '' })
      })
    })
  }
}

class Line implements Wire {
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  onerror: Wire['onerror'] = null

  constructor(clock: HandClock) {
    clock.after(1, () => this.onopen?.())
  }

  send(text: string): void {
    if (text.includes('"hello"')) this.hear(welcome)
  }

  hear(event: object): void {
    this.onmessage?.({ data: JSON.stringify(event) })
  }

  close(): void {
    this.onmessage = null
  }
}

async function everybody(perSecond: number, waiting: number) {
  const clock = new HandClock()
  const house = new House(clock, 1_000_000, PAGES)
  const lines = new Map<number, Line>()
  const sockets = Array.from({ length: PAGES }, (_, page) => {
    const open = () => {
      const line = new Line(clock)
      lines.set(page, line)
      return line
    }
    const ticket = () => stands.house.ticket()
    const ears = { frame: () => undefined, touch: () => undefined, afresh: () => undefined }
    const socket = new Socket({ clock, random: chance(page + 1), ticket, open, poll: open }, ears)
    socket.closeBy = true
    return socket
  })
  const stands = { house }
  for (const socket of sockets) socket.start()
  await clock.turn(15_000)
  stands.house = new House(clock, perSecond, waiting)
  const began = clock.now()
  const inTouch = () => sockets.filter((socket) => socket.touch === 'in_touch').length
  /** How many knocked in each second since. */
  const bySecond = (seconds: number) => {
    const counts = Array.from({ length: seconds }, () => 0)
    for (const at of stands.house.knocks) {
      const second = Math.floor((at - began) / 1_000)
      counts[second] = (counts[second] ?? 0) + 1
    }
    return counts
  }
  return { clock, house: stands.house, lines, inTouch, bySecond, began }
}

test.each<[string, number, number]>([
  ['is quick', 300, 600],
  ['is slow', 40, 600],
  ['lets few wait', 60, 50],
])(
  'after a kill all are back within 30 s at a node that %s (FAULTS 33, the client’s half)',
  async (_, perSecond, few) => {
    const { clock, lines, inTouch, bySecond } = await everybody(perSecond, few)
    expect(inTouch()).toBe(PAGES)
    for (const line of lines.values()) line.onclose?.({ code: 1006 })
    await clock.turn(30_000)
    expect(inTouch()).toBe(PAGES)
    expect(Math.max(...bySecond(30).slice(1))).toBeLessThan(PAGES) // the first second is drawn by lot, and nobody comes again in step
  },
)

test('while the house is away they knock evenly, and seldom (FAULTS 33, 36)', async () => {
  const { clock, house, lines, inTouch, bySecond, began } = await everybody(300, 600)
  house.awayUntil = began + 40_000
  for (const line of lines.values()) line.onclose?.({ code: 1006 })
  await clock.turn(40_000)
  const late = bySecond(40).slice(20)
  const mean = late.reduce((sum, count) => sum + count, 0) / late.length
  expect(mean).toBeLessThan(PAGES / 4) // each of them once in five seconds or so
  expect([Math.min(...late) > mean / 2, Math.max(...late) < mean * 1.5]).toEqual([true, true])
  await clock.turn(30_000)
  expect(inTouch()).toBe(PAGES)
})

test('whom a stopping node sends away comes back over ten seconds (FAULTS 33, 34, the client’s half)', async () => {
  const { clock, lines, inTouch, bySecond } = await everybody(300, 600)
  const lot = chance(7)
  for (const line of lines.values()) {
    line.hear({ type: 'drain', in_ms: Math.floor(lot() * DRAIN_MS) })
    line.onclose?.({ code: 1012 })
  }
  await clock.turn(DRAIN_MS + 5_000)
  const counts = bySecond(10)
  expect([Math.min(...counts) >= PAGES * 0.05, Math.max(...counts) <= PAGES * 0.15]).toEqual([true, true])
  expect(inTouch()).toBe(PAGES)
})
