// One socket to the house: ticket, connect, hello, welcome; noticing silence; coming back. It knows frames, and no page.

import { backoff, CAP_IDLE_MS, CAP_OPEN_MS } from './backoff'
import type { Cancel, Clock } from './clock'
import { OutOfTouch, Refused } from './http'
import { closeCodes, type AnyCommand, type AnyEvent, type Ticket } from './wire'

const CONNECT_MS = 5_000
const SILENCE_MS = 45_000 // the server speaks at least every 20 s; two missed, and the line is dead
const PONG_MS = 10_000 // after a send: no frame in this time means that the socket only looks open
const WAKE_SILENCE_MS = 25_000 // on waking: silent for longer than a heartbeat, so do not even ask
const WAKE_PONG_MS = 1_000 // on waking, coming back needlessly costs little; a dead socket costs words
const CONFIRM_EVERY = 16
const CONFIRM_MS = 2_000
const RESTED_MS = 60_000 // 4029: the server asks for a minute

/** Why a socket will not come back by itself. */
export type Ending = 'signed_out' | 'blocked' | 'another_tab'
export type Touch = 'resting' | 'reaching' | 'in_touch' | 'lost' | Ending

/** As much of a WebSocket as we use. */
export interface Wire {
  onopen: (() => void) | null
  onmessage: ((message: { data: unknown }) => void) | null
  onclose: ((ended: { code: number }) => void) | null
  onerror: (() => void) | null
  send(text: string): void
  close(code?: number): void
}

export interface SocketParts {
  open(): Wire
  ticket(): Promise<Ticket>
  clock: Clock
  random(): number
}

export interface SocketEars {
  frame(event: AnyEvent): void
  touch(touch: Touch): void
  /** The server asked us to forget every cursor (4010). */
  afresh(): void
}

/** A real one. Its handlers take an event each; ours read only the fields that `Wire` names. */
export function webSocket(address: string): Wire {
  return new WebSocket(address) as unknown as Wire
}

const LOG_EVENTS: ReadonlySet<string> = new Set([
  'message.posted',
  'message.edited',
  'message.redacted',
  'message.restored',
  'participant.joined',
  'participant.left',
  'notice.posted',
  'conversation.closed',
  'conversation.reopened',
])

const ENDINGS: ReadonlyMap<number, Ending> = new Map([
  [closeCodes.signed_out, 'signed_out'],
  [closeCodes.blocked, 'blocked'],
  [closeCodes.another_tab, 'another_tab'],
])

export class Socket {
  touch: Touch = 'resting'
  /** True while somebody is in a conversation or in line: come back sooner. */
  closeBy = false

  readonly #parts: SocketParts
  readonly #ears: SocketEars
  #wire: Wire | undefined
  #reach = 0 // counts tries, so that a ticket arriving late for an older one is dropped
  #attempt = 0
  #heardAt = 0
  #received = 0
  #confirmed = 0
  #retry: Cancel | undefined
  #watch: Cancel | undefined
  #pong: Cancel | undefined
  #confirm: Cancel | undefined

  constructor(parts: SocketParts, ears: SocketEars) {
    this.#parts = parts
    this.#ears = ears
  }

  /** Comes into touch, now. Also after an ending, when the person asks for it. */
  start(): void {
    if (this.touch === 'reaching' || this.touch === 'in_touch') return
    this.#attempt = 0
    void this.#connect()
  }

  /** Leaves, and stays away until `start`. */
  stop(): void {
    this.#drop()
    this.#become('resting')
  }

  /** The page woke, the network came back: make sure of the line at once. */
  wake(): void {
    if (this.touch === 'lost') {
      this.#attempt = 0
      void this.#connect()
    } else if (this.touch === 'in_touch') {
      if (this.#parts.clock.now() - this.#heardAt > WAKE_SILENCE_MS) this.#again(0)
      else this.#expectAnswer(WAKE_PONG_MS)
    }
  }

  /** The device says that it has no network: do not wait for the silence to prove it. `wake` comes back. */
  cut(): void {
    if (this.touch === 'in_touch' || this.touch === 'reaching') this.#lose(CONNECT_MS)
  }

  /** Says one thing, and watches that the other side is there to hear it. False: not in touch, nothing was said. */
  say(command: AnyCommand): boolean {
    if (this.touch !== 'in_touch') return false
    this.#put(command)
    if (command.type === 'message.send') this.#expectAnswer(PONG_MS)
    return true
  }

  async #connect(): Promise<void> {
    this.#drop()
    const reach = (this.#reach += 1)
    this.#become('reaching')
    let ticket: Ticket
    try {
      ticket = await this.#parts.ticket()
    } catch (trouble) {
      if (reach === this.#reach) this.#noTicket(trouble)
      return
    }
    if (reach !== this.#reach) return
    const wire = this.#parts.open()
    this.#wire = wire
    this.#received = this.#confirmed = 0
    this.#watch = this.#parts.clock.after(CONNECT_MS, () => {
      this.#lose()
    })
    wire.onopen = () => {
      wire.send(JSON.stringify({ type: 'hello', ticket: ticket.ticket } satisfies AnyCommand))
    }
    wire.onmessage = ({ data }) => {
      if (wire === this.#wire) this.#hear(data)
    }
    wire.onerror = () => undefined
    wire.onclose = ({ code }) => {
      if (wire === this.#wire) this.#ended(code)
    }
  }

  #noTicket(trouble: unknown): void {
    if (trouble instanceof Refused && trouble.status === 401) this.#end('signed_out')
    else if (trouble instanceof Refused || trouble instanceof OutOfTouch) this.#lose(trouble.retryAfterMs ?? 0)
    else this.#lose()
  }

  #hear(data: unknown): void {
    const event = read(data)
    if (!event) return
    this.#heardAt = this.#parts.clock.now()
    this.#pong?.()
    this.#pong = undefined
    this.#watchSilence()
    if (event.type === 'welcome') {
      this.#attempt = 0
      this.#become('in_touch')
    } else if (event.type === 'drain') {
      this.#retry?.()
      this.#retry = this.#parts.clock.after(event.in_ms, () => {
        this.#again(0)
      })
    }
    if (LOG_EVENTS.has(event.type)) this.#count()
    this.#ears.frame(event)
  }

  #count(): void {
    this.#received += 1
    if (this.#received - this.#confirmed >= CONFIRM_EVERY) this.#confirmNow()
    else
      this.#confirm ??= this.#parts.clock.after(CONFIRM_MS, () => {
        this.#confirmNow()
      })
  }

  #confirmNow(): void {
    this.#confirm?.()
    this.#confirm = undefined
    this.#confirmed = this.#received
    this.#put({ type: 'received.confirm', count: this.#received })
  }

  #watchSilence(): void {
    this.#watch?.()
    this.#watch = this.#parts.clock.after(SILENCE_MS, () => {
      this.#lose()
    })
  }

  #expectAnswer(ms: number): void {
    this.#put({ type: 'ping' })
    this.#pong ??= this.#parts.clock.after(ms, () => {
      this.#again(0)
    })
  }

  #put(command: AnyCommand): void {
    try {
      this.#wire?.send(JSON.stringify(command))
    } catch {
      this.#again(0) // a socket that is closing refuses to send; its close may never be told
    }
  }

  #ended(code: number): void {
    const ending = ENDINGS.get(code)
    if (ending) {
      this.#end(ending)
      return
    }
    if (code === closeCodes.load_afresh) this.#ears.afresh()
    this.#lose(code === closeCodes.too_many_mistakes ? RESTED_MS : 0)
  }

  #end(ending: Ending): void {
    this.#drop()
    this.#become(ending)
  }

  #lose(atLeastMs = 0): void {
    const cap = this.closeBy ? CAP_OPEN_MS : CAP_IDLE_MS
    const wait = Math.max(
      atLeastMs,
      backoff(this.#attempt, cap, () => this.#parts.random()),
    )
    this.#attempt += 1
    this.#again(wait)
  }

  #again(ms: number): void {
    this.#drop()
    this.#become('lost')
    this.#retry = this.#parts.clock.after(ms, () => {
      void this.#connect()
    })
  }

  #drop(): void {
    for (const timer of [this.#retry, this.#watch, this.#pong, this.#confirm]) timer?.()
    this.#retry = this.#watch = this.#pong = this.#confirm = undefined
    this.#reach += 1
    const wire = this.#wire
    this.#wire = undefined
    try {
      wire?.close(1000)
    } catch {
      // it was never open; there is nothing to close
    }
  }

  #become(touch: Touch): void {
    if (touch === this.touch) return
    this.touch = touch
    this.#ears.touch(touch)
  }
}

function read(data: unknown): AnyEvent | undefined {
  if (typeof data !== 'string') return undefined
  try {
    const said: unknown = JSON.parse(data)
    return typeof said === 'object' && said !== null && 'type' in said ? (said as AnyEvent) : undefined
  } catch {
    return undefined
  }
}
