// A wire for networks that refuse sockets: commands go by HTTPS, and a request that the house holds until there is news brings what a socket would.

import { OutOfTouch, Refused, type Patience } from './http'
import { followRef, isLogEvent } from './frames'
import type { Clock } from './clock'
import type { Wire } from './line'
import {
  closeCodes,
  type AnyCommand,
  type AnyEvent,
  type Exchange,
  type Exchanged,
  type Subscribe,
  type Topic,
} from './wire'

const HELD_MS = 35_000 // the house holds a request for 25 s; ten more for a slow network
const LOOK_MS = 25_000 // a `changed` between two requests is told by the next, as hints are: one that is lost is found by this look
const BROKEN = 1006 // what a browser calls a socket that ended without a word

const EVERYTHING: Readonly<Record<Topic, true>> = {
  conversations: true,
  line: true,
  desk: true,
  reports: true,
  escalations: true,
  acts: true,
  account: true,
  rooms: true,
  rota: true,
}

export type Exchanging = (body: Exchange, patience: Patience) => Promise<Exchanged>

export class LongPoll implements Wire {
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  onerror: Wire['onerror'] = null

  readonly #exchange: Exchanging
  readonly #clock: Clock
  /** What is followed, by the `ref` that its refusal would carry, with the cursor moved on as events come. */
  #follows = new Map<string, Subscribe>()
  #said: AnyCommand[] = []
  #saying = false
  #held: AbortController | undefined
  #over = false
  #lookedAt: number
  /** What the house says that we have heard of who writes, who has seen and what has changed: it tells the rest with the next answer. */
  #heard = ''

  constructor(exchange: Exchanging, clock: Clock) {
    this.#exchange = exchange
    this.#clock = clock
    this.#lookedAt = clock.now()
    queueMicrotask(() => this.onopen?.())
  }

  send(text: string): void {
    const command = JSON.parse(text) as AnyCommand
    switch (command.type) {
      case 'hello':
        void this.#listen()
        break
      case 'subscribe':
        this.#follows.set(followRef(command), { ...command, ref: followRef(command) })
        this.#held?.abort() // it is asked again at once, with this one
        break
      case 'unsubscribe':
        this.#follows.delete(followRef(command))
        break
      case 'received.confirm':
        break // the next request says by its cursors what has arrived
      default:
        this.#said.push(command)
        queueMicrotask(() => void this.#say())
    }
  }

  close(): void {
    this.#over = true
    this.#held?.abort()
  }

  /** Asks, hears, asks again. The first time without waiting: that is the welcome. */
  async #listen(): Promise<void> {
    for (let wait = false; !this.#over; wait = true) {
      const held = (this.#held = new AbortController())
      try {
        const body: Exchange = { said: [...this.#follows.values()], wait, heard: this.#heard }
        this.#hear(await this.#exchange(body, { ms: HELD_MS, unwanted: held.signal }))
      } catch (trouble) {
        if (!held.signal.aborted) this.#end(trouble)
      }
      this.#lookAround()
    }
  }

  /** What was said meanwhile goes together, and in order; never two requests of it at a time. */
  async #say(): Promise<void> {
    if (this.#saying) return
    this.#saying = true
    while (this.#said.length && !this.#over) {
      const said = this.#said.splice(0)
      try {
        this.#hear(
          await this.#exchange({ said: said.flatMap((one) => this.#whole(one)), wait: false, heard: null }, {}),
        )
      } catch (trouble) {
        this.#end(trouble)
      }
    }
    this.#saying = false
  }

  /** Writing is only told of from a conversation that is followed, and each request stands for itself. */
  #whole(command: AnyCommand): AnyCommand[] {
    if (command.type !== 'typing.start') return [command]
    const followed = this.#follows.get(followRef({ ...command, log: 'public' }))
    return followed ? [followed, command] : []
  }

  #hear(answer: Exchanged): void {
    if (answer.heard !== null) this.#heard = answer.heard
    for (const event of answer.frames) {
      if (this.#over) return
      this.#moveOn(event)
      this.onmessage?.({ data: JSON.stringify(event) })
    }
    if (answer.closed !== null) this.#close(answer.closed)
  }

  /**
   * What has arrived is not asked for again. What was refused, for good or for a moment, is not asked for until the page subscribes anew: a refusal
   * ends the wait, so that asking by ourselves would be asking without a pause. The page knows which pause.
   */
  #moveOn(event: AnyEvent): void {
    if (event.type === 'refused' && event.ref !== null) this.#follows.delete(event.ref)
    else if (event.type === 'reset') this.#follows.delete(followRef(event))
    else if (event.type === 'subscribed') this.#reached(followRef(event), event.from_seq)
    else if (isLogEvent(event)) this.#reached(followRef(event), event.seq)
  }

  #reached(ref: string, seq: number): void {
    const followed = this.#follows.get(ref)
    if (followed) this.#follows.set(ref, { ...followed, after_seq: Math.max(seq, followed.after_seq ?? 0) })
  }

  #lookAround(): void {
    const now = this.#clock.now()
    if (this.#over || Math.abs(now - this.#lookedAt) < LOOK_MS) return
    this.#lookedAt = now
    for (const what of Object.keys(EVERYTHING)) this.onmessage?.({ data: JSON.stringify({ type: 'changed', what }) })
  }

  #end(trouble: unknown): void {
    if (trouble instanceof Refused && trouble.status === 401) this.#close(closeCodes.signed_out)
    else if (trouble instanceof Refused && trouble.code === 'suspended') this.#close(closeCodes.blocked)
    else if (trouble instanceof Refused && trouble.code === 'upgrade_required') this.#close(closeCodes.too_old)
    else if (trouble instanceof Refused || trouble instanceof OutOfTouch) this.#close(BROKEN, trouble.retryAfterMs)
    else throw trouble
  }

  #close(code: number, retryAfterMs: number | null = null): void {
    if (this.#over) return
    this.close()
    this.onclose?.({ code, retryAfterMs })
  }
}
