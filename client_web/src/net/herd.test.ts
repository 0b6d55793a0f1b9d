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
const LATER_MS = 3_000 // the first time that the house gives to whoever finds too many waiting; each next one gets a later time
const DRAIN_MS = 10_000 // over how long a node that stops sends its pages away
const welcome = { type: 'welcome', account: 'a', epoch: 'e', server_time: '', heartbeat_seconds: 20, ref: null }

/** Always the same chance (mulberry32): those of neighbouring pages have nothing to do with each other. */
function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** The node that stays: gives tickets one after the other, lets so many wait, and gives each of the others a time to come again. */
class House {
  awayUntil = 0
  readonly knocks: { page: number; at: number }[] = []
  /** Until when each page was asked to stay away, and how many came sooner. */
  readonly told = new Map<number, number>()
  tooSoon = 0
  readonly #clock: HandClock
  readonly #eachMs: number
  readonly #waiting: number
  #free = 0
  #given = 0

  constructor(clock: HandClock, perSecond: number, waiting: number) {
    this.#clock = clock
    this.#eachMs = 1_000 / perSecond
    this.#waiting = waiting
  }

  ticket(page: number): Promise<Ticket> {
    const now = this.#clock.now()
    this.knocks.push({ page, at: now })
    if (now < (this.told.get(page) ?? 0)) this.tooSoon += 1
    if (now < this.awayUntil) return Promise.reject(new OutOfTouch('TypeError'))
    this.#free = Math.max(now, this.#free)
    if (this.#free - now >= this.#waiting * this.#eachMs) return Promise.reject(this.#later(page, now))
    this.#free += this.#eachMs
    return new Promise((give) => {
      this.#clock.after(this.#free - now, () => {
        give({ ticket: 't'.repeat(16), expires_at: '' })
      })
    })
  }

  #later(page: number, now: number): Refused {
    this.#given = Math.max(this.#given + this.#eachMs, now + LATER_MS)
    this.told.set(page, this.#given)
    return new Refused(503, { code: 'busy', message: '', field: null, retry_after_ms: this.#given - now })
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
    const ticket = () => stands.house.ticket(page)
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
  /** How many knocked in each stretch of `ms` since: so many stretches. */
  const each = (ms: number, stretches: number) => {
    const counts = Array.from({ length: stretches }, () => 0)
    for (const { at } of stands.house.knocks) {
      const stretch = Math.floor((at - began) / ms)
      if (stretch < stretches) counts[stretch] = (counts[stretch] ?? 0) + 1
    }
    return counts
  }
  return { clock, house: stands.house, lines, inTouch, each, began }
}

const mean = (counts: number[]) => counts.reduce((sum, count) => sum + count, 0) / counts.length
/** None of them further from the mean than this part of it. */
const evenly = (counts: number[], within: number) =>
  counts.every((count) => Math.abs(count - mean(counts)) < mean(counts) * within)

test.each<[string, number, number]>([
  ['is quick', 300, 600],
  ['is slow', 40, 600],
  ['lets few wait', 60, 50],
])(
  'after a kill all are back within 30 s at a node that %s, spread as they were told (FAULTS 33, 36, the client’s half)',
  async (_, perSecond, few) => {
    const { clock, house, lines, inTouch, each } = await everybody(perSecond, few)
    expect(inTouch()).toBe(PAGES)
    for (const line of lines.values()) line.onclose?.({ code: 1006 })
    await clock.turn(30_000)
    expect(inTouch()).toBe(PAGES)
    expect(evenly(each(100, 10), 0.5)).toBe(true) // the first wait is drawn from the whole of a second
    expect([house.knocks.length, house.tooSoon]).toEqual([PAGES + house.told.size, 0]) // who was asked to come later does, once
    expect(Math.max(...each(1_000, 30).slice(1))).toBeLessThan(perSecond * 1.25) // and never many more at a time than the node can take
  },
)

test('while the house is away they knock evenly, and seldom (FAULTS 33, 36)', async () => {
  const { clock, house, lines, inTouch, each, began } = await everybody(300, 600)
  house.awayUntil = began + 40_000
  for (const line of lines.values()) line.onclose?.({ code: 1006 })
  await clock.turn(40_000)
  const late = each(1_000, 40).slice(20)
  expect(mean(late)).toBeLessThan(PAGES / 4) // each of them once in five seconds or so
  expect(evenly(late, 0.5)).toBe(true)
  expect(house.knocks.length).toBeLessThan(PAGES * 12) // in forty seconds
  await clock.turn(30_000)
  expect(inTouch()).toBe(PAGES)
})

test('whom a stopping node sends away comes back over ten seconds (FAULTS 33, 34, the client’s half)', async () => {
  const { clock, house, lines, inTouch, each } = await everybody(300, 600)
  const lot = chance(7)
  for (const line of lines.values()) {
    line.hear({ type: 'drain', in_ms: Math.floor(lot() * DRAIN_MS) })
    line.onclose?.({ code: 1012 })
  }
  await clock.turn(DRAIN_MS + 5_000)
  expect(evenly(each(1_000, 10), 0.5)).toBe(true)
  expect(house.knocks.length).toBe(PAGES)
  expect(inTouch()).toBe(PAGES)
})
