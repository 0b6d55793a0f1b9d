import { describe, expect, test } from 'vitest'
import { HandClock } from '../net/clock'
import { doors } from '../net/doors'
import { Http } from '../net/http'
import type { Wire } from '../net/socket'
import type { Author, ConversationShown, Me, MessagePosted } from '../net/wire'
import { Conversation } from './conversation.svelte'
import { Session } from './session.svelte'

const wren: Author = { account: 'wren', pseudonym: 'Wren', place: 'member' }
const rowan: Author = { account: 'rowan', pseudonym: 'Rowan', place: 'peer' }

/** As much of a house as one conversation needs: a log, and two ways to it. */
class FakeHouse {
  readonly clock = new HandClock()
  log: MessagePosted[] = []
  epoch = 'one'
  network = true
  sockets = true
  /** Pushes that the network swallows. */
  swallow = new Set<number>()
  wires: FakeWire[] = []
  seats = 200

  say(author: Author, clientId: string, body: string): MessagePosted {
    const seq = this.log.length + 1
    const event: MessagePosted = {
      type: 'message.posted',
      conversation: 'c',
      log: 'public',
      seq,
      at: new Date(this.clock.now()).toISOString(),
      author,
      client_id: clientId,
      body,
      hidden: null,
      unreadable: false,
      edited: false,
    }
    const again = this.log.find((one) => one.client_id === clientId)
    if (again) return again
    this.log.push(event)
    if (!this.swallow.has(seq)) for (const wire of this.wires) wire.push(event)
    return event
  }

  fetch = (path: string, init: RequestInit): Promise<Response> => {
    if (!this.network) return Promise.reject(new TypeError('no network'))
    const address = new URL(path, 'http://house')
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, string>) : {}
    return Promise.resolve(Response.json(this.answer(address, body), { status: this.seats }))
  }

  answer(address: URL, body: Record<string, string>): unknown {
    if (this.seats !== 200) return { code: 'stepped_out', message: 'Why.', field: null, retry_after_ms: null }
    if (address.pathname === '/api/tickets') return { ticket: 't'.repeat(16), expires_at: '' }
    if (address.pathname.endsWith('/messages')) {
      const { seq, at } = this.say(wren, body['client_id'] ?? '', body['body'] ?? '')
      return { conversation: 'c', log: 'public', client_id: body['client_id'], seq, at }
    }
    if (address.pathname.endsWith('/events')) {
      const after = Number(address.searchParams.get('after') ?? 0)
      const events = this.log.filter((one) => one.seq > after)
      const last_seq = this.log.length
      return { conversation: 'c', log: 'public', epoch: this.epoch, events, last_seq, earlier: false, later: false }
    }
    return shownBy(this)
  }
}

function shownBy(house: FakeHouse): ConversationShown {
  return {
    conversation: 'c',
    kind: 'one_to_one',
    title: 'Rowan',
    purpose: '',
    my_place: 'member',
    participants: [wren, rowan].map((who) => ({ who, here: true, seen_seq: 0 })),
    open: true,
    epoch: house.epoch,
    last_seq: house.log.length,
    staff_last_seq: null,
    seen_seq: 0,
    history_from: 1,
    opened_at: '2026-11-22T21:00:00Z',
    readers: ['participants'],
    clinician_told: false,
    escalation: null,
  }
}

class FakeWire implements Wire {
  onopen: (() => void) | null = null
  onmessage: ((message: { data: unknown }) => void) | null = null
  onclose: ((ended: { code: number }) => void) | null = null
  onerror: (() => void) | null = null
  followed = false
  open = true
  readonly #house: FakeHouse

  constructor(house: FakeHouse) {
    this.#house = house
    house.clock.after(1, () => {
      if (house.sockets && house.network) this.onopen?.()
      else this.drop()
    })
  }

  hear(event: object): void {
    if (this.open) this.onmessage?.({ data: JSON.stringify(event) })
  }

  push(event: object): void {
    if (this.followed) this.hear(event)
  }

  drop(code = 1006): void {
    this.open = false
    this.onclose?.({ code })
  }

  close(): void {
    this.open = false
  }

  send(text: string): void {
    if (!this.open || !this.#house.network) return
    const said = JSON.parse(text) as Record<string, string>
    if (said['type'] === 'hello')
      this.hear({
        type: 'welcome',
        account: 'wren',
        epoch: this.#house.epoch,
        server_time: new Date(this.#house.clock.now()),
        heartbeat_seconds: 20,
      })
    if (said['type'] === 'subscribe') this.#subscribe(said)
    if (said['type'] === 'message.send') {
      const { seq, at } = this.#house.say(wren, said['client_id'] ?? '', said['body'] ?? '')
      this.hear({ type: 'message.accepted', conversation: 'c', log: 'public', client_id: said['client_id'], seq, at })
    }
  }

  #subscribe(said: Record<string, unknown>): void {
    if (said['epoch'] !== this.#house.epoch) {
      this.hear({ type: 'reset', conversation: 'c', log: 'public', reason: 'epoch', epoch: this.#house.epoch })
      return
    }
    this.followed = true
    for (const event of this.#house.log) if (event.seq > Number(said['after_seq'])) this.hear(event)
  }
}

async function stage(prepare: (house: FakeHouse) => void = () => undefined) {
  const house = new FakeHouse()
  house.say(rowan, 'r1', 'Hi.')
  prepare(house)
  const http = new Http(house.fetch)
  const every = doors(http)
  const openSocket = () => {
    const wire = new FakeWire(house)
    house.wires.push(wire)
    return wire
  }
  const session = new Session({ http, doors: every, openSocket, clock: house.clock, random: () => 0.5 })
  session.welcome({ account: 'wren' } as Me)
  const talk = new Conversation(session, every, 'c')
  const stop = talk.start()
  await house.clock.turn(100)
  const bodies = () => talk.timeline.lines.map((line) => (line.kind === 'said' ? line.body : line.kind))
  return { house, session, talk, stop, bodies, truth: () => house.log.map((one) => one.body) }
}

test('what is said on both sides is shown once, in order, and one’s own words are stored', async () => {
  const { house, talk, bodies, truth } = await stage()
  talk.send('hello')
  await house.clock.turn(10)
  house.say(rowan, 'r2', 'I’m here.')
  expect(bodies()).toEqual(['Hi.', 'hello', 'I’m here.'])
  expect(bodies()).toEqual(truth())
  expect(talk.pending).toEqual([])
})

test('a push that was lost is mended within a second of the next one (FAULTS 13)', async () => {
  const { house, bodies, truth } = await stage((one) => one.swallow.add(2))
  house.say(rowan, 'r2', 'lost')
  house.say(rowan, 'r3', 'next')
  expect(bodies()).toEqual(['Hi.'])
  await house.clock.turn(1_000)
  expect(bodies()).toEqual(truth())
})

test('the last push, lost, is found by the next heartbeat (FAULTS 12)', async () => {
  const { house, bodies, truth } = await stage((one) => one.swallow.add(2))
  house.say(rowan, 'r2', 'lost')
  const positions = [{ conversation: 'c', log: 'public', last_seq: 2 }]
  house.wires.at(-1)?.hear({ type: 'heartbeat', server_time: new Date(house.clock.now()), positions })
  await house.clock.turn(1_000)
  expect(bodies()).toEqual(truth())
})

test('after a cut it comes back by itself, with everything said meanwhile, once (FAULTS 5)', async () => {
  const { house, bodies, truth } = await stage()
  house.wires.at(-1)?.drop()
  house.say(rowan, 'r2', 'while you were away')
  await house.clock.turn(2_000)
  house.say(rowan, 'r3', 'and after')
  expect(bodies()).toEqual(truth())
})

test('without any network words are kept as not sent, and go in order when it is back (FAULTS 24)', async () => {
  const { house, session, talk, truth } = await stage()
  house.network = false
  session.cut()
  talk.send('one')
  talk.send('two')
  await house.clock.turn(5_000)
  expect(talk.pending.map((item) => [item.body, item.state])).toEqual([
    ['one', 'unsent'],
    ['two', 'waiting'],
  ])
  expect(session.lost).toBe(true)
  house.network = true
  session.wake()
  await house.clock.turn(100)
  expect(truth()).toEqual(['Hi.', 'one', 'two'])
  expect(talk.pending).toEqual([])
  expect(session.lost).toBe(false)
})

test('where sockets are not let through everything goes over HTTPS (FAULTS 21)', async () => {
  const { house, session, talk, bodies, truth } = await stage((one) => (one.sockets = false))
  talk.send('hello')
  await house.clock.turn(1_000)
  house.say(rowan, 'r2', 'I’m here.')
  await house.clock.turn(8_000)
  expect(bodies()).toEqual(['Hi.', 'hello', 'I’m here.'])
  expect(bodies()).toEqual(truth())
  expect(session.lost).toBe(false)
})

test('another epoch means that everything is loaded afresh (FAULTS 9)', async () => {
  const { house, bodies } = await stage()
  house.epoch = 'two'
  house.log = []
  house.say(rowan, 'x1', 'From the restored house.')
  house.wires.at(-1)?.drop()
  await house.clock.turn(2_000)
  expect(bodies()).toEqual(['From the restored house.'])
})

describe('two tabs of one person', () => {
  test('show the same, and neither shows its words twice (FAULTS 17)', async () => {
    const first = await stage()
    first.talk.send('from the first tab')
    await first.house.clock.turn(10)
    first.house.say(wren, 'other-tab', 'from the second tab')
    expect(first.bodies()).toEqual(first.truth())
    expect(first.talk.pending).toEqual([])
  })
})

test('somebody who has to step out is told so, by the reason that the house gives', async () => {
  const { house, talk } = await stage()
  house.seats = 403
  house.wires.at(-1)?.hear({ type: 'changed', what: 'conversations' })
  await house.clock.turn(10)
  expect([talk.trouble, talk.goneWhy]).toEqual(['gone', 'stepped_out'])
})

test('after it is closed nothing of it goes on', async () => {
  const { house, talk, stop, bodies } = await stage()
  stop()
  house.say(rowan, 'r2', 'later')
  await house.clock.turn(60_000)
  expect(bodies()).toEqual(['Hi.'])
  expect(talk.outbox.holdsWords).toBe(false)
})
