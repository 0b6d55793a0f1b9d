// One line to the house: ticket, connect, hello, welcome; noticing silence; coming back. Where sockets are refused, the same over HTTPS.
// It knows frames, and no page.

import { Confirming } from './confirming'
import { isLogEvent, read } from './frames'
import { OutOfTouch, Refused } from './http'
import {
  endingFor,
  endingOf,
  isFromTheHouse,
  type Ending,
  type SocketEars,
  type SocketParts,
  type Touch,
  type Wire,
} from './line'
import { Liveness } from './liveness'
import { Returning } from './returning'
import { closeCodes, spoken, type AnyCommand } from './wire'

const CONNECT_MS = 5_000
const TICKET_MS = 15_000 // where everybody asks at once the house gives them out in turn; who asks anew goes to the end of the line, and makes it longer
const PONG_MS = 8_000 // after a send: no frame in this time means that the socket only looks open; the page says so by the tenth second
const WAKE_SILENCE_MS = 25_000 // on waking: silent for longer than a heartbeat, so do not even ask
const WAKE_PONG_MS = 1_000 // on waking, coming back needlessly costs little; a dead socket costs words
const RESTED_MS = 60_000 // 4029: the server asks for a minute
const STEADY_MS = 10_000 // in touch for less than this: the next try waits longer still, or a line that never holds would be tried without end
const REFUSALS = 2 // one upgrade that does not come through is chance, two are a network that refuses sockets
const POLLING_MS = 5 * 60_000 // then a socket is tried again: the network may be another one by now
const NO_TICKET = '-'.repeat(16) // over HTTPS the session is enough

export class Socket {
  touch: Touch = 'resting'

  readonly #parts: SocketParts
  readonly #ears: SocketEars
  readonly #confirming: Confirming
  readonly #liveness: Liveness
  readonly #returning: Returning
  #wire: Wire | undefined
  #reach = 0 // counts tries, so that a ticket arriving late for an older one is dropped
  #refusals = 0
  #polling = false
  #welcomedAt = 0

  constructor(parts: SocketParts, ears: SocketEars) {
    this.#parts = parts
    this.#ears = ears
    this.#confirming = new Confirming(parts.clock, (count) => {
      this.#put({ type: 'received.confirm', count })
    })
    this.#returning = new Returning(parts.clock, () => parts.random())
    this.#liveness = new Liveness(parts.clock, {
      late: () => {
        this.#notThrough()
        this.#lose()
      },
      silent: () => {
        this.#lose()
      },
      unanswered: () => {
        this.#again(0)
      },
    })
  }

  /** True while somebody is in a conversation or in line: come back sooner. */
  set closeBy(is: boolean) {
    this.#returning.closeBy = is
  }

  /** Comes into touch, now. Also after an ending, when the person asks for it. */
  start(): void {
    if (this.touch === 'reaching' || this.touch === 'in_touch') return
    this.#returning.endRest()
    this.#returning.forgive()
    void this.#connect()
  }

  /** Leaves, and stays away until `start`. */
  stop(): void {
    this.#returning.endRest()
    this.#drop()
    this.#become('resting')
  }

  /** The page woke, the network came back: make sure of the line at once. */
  wake(): void {
    if (this.touch === 'lost') {
      if (this.#returning.isResting) return
      this.#returning.forgive()
      this.#refusals = Math.min(this.#refusals, REFUSALS - 1) // it may be another network: one try decides
      void this.#connect()
    } else if (this.touch === 'reaching') {
      if (this.#liveness.reachingMs > CONNECT_MS) this.#again(0) // the network that it asked over may be gone
    } else if (this.touch === 'in_touch') {
      if (this.#liveness.quietMs > WAKE_SILENCE_MS) this.#again(0)
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
    this.#polling = this.#refusals >= REFUSALS
    this.#liveness.reaches(TICKET_MS)
    let ticket = NO_TICKET
    try {
      if (!this.#polling) ticket = (await this.#parts.ticket()).ticket
    } catch (trouble) {
      if (reach === this.#reach) this.#noTicket(trouble)
      return
    }
    if (reach === this.#reach) this.#open(ticket)
  }

  #open(ticket: string): void {
    const wire = this.#polling ? this.#parts.poll() : this.#parts.open()
    this.#wire = wire
    this.#liveness.reaches(CONNECT_MS)
    wire.onopen = () => {
      if (wire !== this.#wire) return // a browser may take a minute: by then it goes another way
      wire.send(JSON.stringify({ type: 'hello', ticket, speaks: spoken.version } satisfies AnyCommand))
    }
    wire.onmessage = ({ data }) => {
      if (wire === this.#wire) this.#hear(data)
    }
    wire.onerror = () => undefined
    wire.onclose = ({ code, retryAfterMs }) => {
      if (wire === this.#wire) this.#ended(code, retryAfterMs ?? 0)
    }
  }

  /** A socket that the house never answered over. */
  #notThrough(): void {
    if (this.#wire && !this.#polling && this.touch === 'reaching') this.#refusals += 1
  }

  #noTicket(trouble: unknown): void {
    const ending = endingFor(trouble)
    if (ending) this.#end(ending)
    else if (trouble instanceof Refused || trouble instanceof OutOfTouch) this.#stayAway(trouble.retryAfterMs ?? 0)
    else this.#lose()
  }

  #hear(data: unknown): void {
    const event = read(data)
    if (!event) return
    this.#liveness.heard()
    if (event.type === 'welcome') this.#welcomed()
    else if (event.type === 'drain') this.#restFor(event.in_ms) // each page for another while, also where the end comes first
    if (isLogEvent(event)) this.#confirming.count()
    this.#ears.frame(event)
  }

  #welcomed(): void {
    if (this.touch === 'in_touch') return
    this.#welcomedAt = this.#parts.clock.now()
    if (!this.#polling) this.#refusals = 0
    else
      this.#returning.in(POLLING_MS, () => {
        this.#returning.forgive()
        this.#refusals = REFUSALS - 1
        this.#again(0)
      })
    this.#become('in_touch')
  }

  #expectAnswer(ms: number): void {
    this.#put({ type: 'ping' })
    this.#liveness.asked(ms)
  }

  #put(command: AnyCommand): void {
    try {
      this.#wire?.send(JSON.stringify(command))
    } catch {
      this.#again(0) // a socket that is closing refuses to send; its close may never be told
    }
  }

  #ended(code: number, retryAfterMs: number): void {
    const ending = endingOf(code)
    if (ending) {
      this.#end(ending)
      return
    }
    if (!isFromTheHouse(code)) this.#notThrough()
    if (code === closeCodes.load_afresh) this.#ears.afresh()
    this.#stayAway(Math.max(retryAfterMs, code === closeCodes.too_many_mistakes ? RESTED_MS : 0))
  }

  #end(ending: Ending): void {
    this.#returning.endRest()
    this.#drop()
    this.#become(ending)
  }

  /** The house may have asked for a pause: then a moment longer, or everybody it asked would be back in the same one. */
  #stayAway(ms: number): void {
    if (ms > 0) this.#restFor(ms + this.#returning.moment())
    this.#lose()
  }

  #restFor(ms: number): void {
    this.#returning.rest(ms, () => {
      this.#again(0)
    })
  }

  #lose(atLeastMs = 0): void {
    if (this.touch === 'in_touch' && this.#parts.clock.now() - this.#welcomedAt >= STEADY_MS) this.#returning.forgive()
    this.#again(Math.max(atLeastMs, this.#returning.lose()))
  }

  #again(ms: number): void {
    this.#drop()
    this.#become('lost')
    if (this.#returning.isResting) return // which comes back by itself
    this.#returning.in(ms, () => {
      void this.#connect()
    })
  }

  #drop(): void {
    this.#returning.cancel()
    this.#liveness.stop()
    this.#confirming.restart()
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
