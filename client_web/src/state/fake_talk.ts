// For tests: one conversation of a house, with a network that can be broken between, on a clock turned by hand. Nothing of it is in any page.

import { HandClock } from '../net/clock'
import { doors } from '../net/doors'
import { Http } from '../net/http'
import type { Wire } from '../net/line'
import type {
  AnyCommand,
  AnyEvent,
  Author,
  ConversationShown,
  Exchange,
  Exchanged,
  Me,
  MessagePosted,
  Subscribe,
} from '../net/wire'
import { Conversation } from './conversation.svelte'
import { Session } from './session.svelte'

export const wren: Author = { account: 'wren', pseudonym: 'Wren', place: 'member' }
export const rowan: Author = { account: 'rowan', pseudonym: 'Rowan', place: 'peer' }

/** As much of a house as one conversation needs: a log, and two ways to it. */
export class FakeHouse {
  readonly clock = new HandClock()
  log: MessagePosted[] = []
  epoch = 'one'
  /** The house's clock less this device's, in milliseconds. */
  ahead = 0
  network = true
  sockets: 'open' | 'refused' | 'never answered' = 'open'
  /** Pushes that the network swallows. */
  swallow = new Set<number>()
  wires: FakeWire[] = []
  seats = 200
  /** What stands in for the house where somebody else answers: a hotel, a gateway. */
  instead: (() => Response) | undefined
  /** Places of the log that a page of later events leaves out. */
  omits = new Set<number>()
  /** The codes with which it refuses the next subscriptions, one after the other, for `retryAfterMs`. */
  refuses: string[] = []
  retryAfterMs: number | null = null
  /** When somebody asked to follow, whether or not they may. */
  followed: number[] = []
  kind: ConversationShown['kind'] = 'one_to_one'
  /** How far the page says it has read, each time. */
  marked: number[] = []
  /** These requests are never answered. */
  never: (path: string) => boolean = () => false
  /** These are answered by 503. */
  fails: (path: string) => boolean = () => false
  /** Requests go out, and nothing ever comes back. */
  hole = false
  asked: string[] = []
  /** When the page asked for anything, whether or not it got through. */
  tries: number[] = []
  #held: (() => void)[] = []

  say(author: Author, clientId: string, body: string): MessagePosted {
    const seq = this.log.length + 1
    const event: MessagePosted = {
      type: 'message.posted',
      conversation: 'c',
      log: 'public',
      seq,
      at: new Date(this.clock.now() + this.ahead).toISOString(),
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
    for (const answer of this.#held.splice(0)) answer()
    return event
  }

  fetch = (path: string, init: RequestInit): Promise<Response> => {
    this.tries.push(this.clock.now())
    if (!this.network) return Promise.reject(new TypeError('no network'))
    if (this.hole || this.never(path)) return new Promise(() => undefined)
    if (this.fails(path)) return Promise.resolve(new Response('', { status: 503 }))
    if (this.instead) return Promise.resolve(this.instead())
    this.asked.push(`${init.method ?? 'GET'} ${path}`)
    if (path === '/api/exchange') return this.#exchange(init)
    const address = new URL(path, 'http://house')
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Record<string, string>) : {}
    return Promise.resolve(Response.json(this.answer(address, body), { status: this.seats }))
  }

  /** A request that is held until there is news, for 25 s at the most, or until nobody wants it any more. */
  #exchange(init: RequestInit): Promise<Response> {
    const { said, wait } = JSON.parse(typeof init.body === 'string' ? init.body : '') as Exchange
    return new Promise((answer, giveUp) => {
      const now = () => {
        const frames = [this.welcome(), ...said.flatMap((command) => this.#carryOut(command))] as AnyEvent[]
        answer(Response.json({ frames, closed: null, heard: null } satisfies Exchanged))
      }
      const asked = said.filter((one) => one.type === 'subscribe')
      this.followed.push(...asked.map(() => this.clock.now()))
      const news = asked.some((one) => this.refuses.length > 0 || (one.after_seq ?? 0) !== this.log.length)
      if (!wait || news) {
        now()
        return
      }
      init.signal?.addEventListener('abort', () => {
        giveUp(new DOMException('not wanted', 'AbortError'))
      })
      this.#held.push(now)
      this.clock.after(25_000, now)
    })
  }

  #carryOut(command: AnyCommand): object[] {
    if (command.type === 'subscribe') {
      const no = this.refusal(command)
      if (no) return [no]
      const [from_seq, last_seq] = [command.after_seq ?? 0, this.log.length]
      const later = this.log.filter((one) => one.seq > from_seq)
      return [{ type: 'subscribed', conversation: 'c', log: 'public', from_seq, last_seq, ref: command.ref }, ...later]
    }
    if (command.type !== 'message.send') return []
    const { seq, at } = this.say(wren, command.client_id, command.body)
    return [{ type: 'message.accepted', conversation: 'c', log: 'public', client_id: command.client_id, seq, at }]
  }

  /** What stands in the way of a subscription just now, if anything: a refusal, or a cursor that cannot be honoured. */
  refusal({ after_seq = null, epoch = null, ref = null }: Partial<Subscribe>): object | undefined {
    const code = this.refuses.shift()
    if (code) return { type: 'refused', code, message: 'Why.', client_id: null, retry_after_ms: this.retryAfterMs, ref }
    const reason = epoch !== this.epoch ? 'epoch' : (after_seq ?? 0) > this.log.length ? 'ahead' : undefined
    return reason && { type: 'reset', conversation: 'c', log: 'public', reason, epoch: this.epoch, ref }
  }

  /** Tells every socket where the logs end that it follows by the house's word. */
  beat(): void {
    const server_time = new Date(this.clock.now() + this.ahead).toISOString()
    const at = { conversation: 'c', log: 'public', last_seq: this.log.length }
    for (const wire of this.wires) wire.hear({ type: 'heartbeat', server_time, positions: wire.followed ? [at] : [] })
  }

  welcome(): object {
    const server_time = new Date(this.clock.now() + this.ahead).toISOString()
    return { type: 'welcome', account: 'wren', epoch: this.epoch, server_time, heartbeat_seconds: 20, ref: null }
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
      const events = this.log.filter((one) => one.seq > after && !(after && this.omits.has(one.seq)))
      const last_seq = this.log.length
      return { conversation: 'c', log: 'public', epoch: this.epoch, events, last_seq, earlier: false, later: false }
    }
    return shownBy(this)
  }
}

function shownBy(house: FakeHouse): ConversationShown {
  return {
    conversation: 'c',
    kind: house.kind,
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
    question: null,
  }
}

export class FakeWire implements Wire {
  onopen: (() => void) | null = null
  onmessage: ((message: { data: unknown }) => void) | null = null
  onclose: ((ended: { code: number }) => void) | null = null
  onerror: (() => void) | null = null
  followed = false
  open = true
  /** Looks open, and neither brings nor takes anything any more. */
  asleep = false
  readonly #house: FakeHouse

  constructor(house: FakeHouse) {
    this.#house = house
    house.clock.after(1, () => {
      if (house.sockets === 'refused' || !house.network) this.drop()
      else if (house.sockets === 'open') this.onopen?.()
    })
  }

  hear(event: object): void {
    if (this.open && !this.asleep) this.onmessage?.({ data: JSON.stringify(event) })
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

  /** As of a real one: what is said has been heard, and is answered, a moment later. */
  send(text: string): void {
    queueMicrotask(() => {
      this.#take(text)
    })
  }

  #take(text: string): void {
    if (!this.open || this.asleep || !this.#house.network) return
    const said = JSON.parse(text) as Record<string, string>
    if (said['type'] === 'hello') this.hear(this.#house.welcome())
    if (said['type'] === 'subscribe') this.#subscribe(said)
    if (said['type'] === 'seen.mark') this.#house.marked.push(Number(said['seq']))
    if (said['type'] === 'message.send') {
      const { seq, at } = this.#house.say(wren, said['client_id'] ?? '', said['body'] ?? '')
      this.hear({ type: 'message.accepted', conversation: 'c', log: 'public', client_id: said['client_id'], seq, at })
    }
  }

  #subscribe(said: Record<string, unknown>): void {
    this.#house.followed.push(this.#house.clock.now())
    const no = this.#house.refusal(said)
    if (no) {
      this.hear(no)
      return
    }
    this.followed = true
    const [from_seq, last_seq, ref] = [Number(said['after_seq']), this.#house.log.length, said['ref']]
    this.hear({ type: 'subscribed', conversation: 'c', log: 'public', from_seq, last_seq, earlier: false, ref })
    for (const event of this.#house.log) if (event.seq > from_seq) this.hear(event)
  }
}

export async function stage(prepare: (house: FakeHouse) => void = () => undefined) {
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
  return { house, session, doors: every, talk, stop, bodies, truth: () => house.log.map((one) => one.body) }
}
