// Following a log over the line: asked for again where the house could not just now, and where it does not know of it.

import { backoff, CAP_OPEN_MS } from '../net/backoff'
import type { Cancel, Clock } from '../net/clock'
import { followRef } from '../net/frames'
import type { AnyEvent, Log, Refused, Uuid } from '../net/wire'
import { waits } from './outbox'

const ANSWER_MS = 10_000 // asked so lately: the answer is on its way, and a heartbeat may have crossed it

export interface FollowingParts {
  clock: Clock
  random(): number
  conversation: Uuid
  log: Log
  /** Says that we follow, with this `ref`. */
  ask(ref: string): void
  /** The house says no, and would say it again. */
  refused(): void
}

export class Following {
  readonly #parts: FollowingParts
  readonly #ref: string
  #again: Cancel | undefined
  #attempt = 0
  #askedAt = 0
  #isRefused = false

  constructor(parts: FollowingParts) {
    this.#parts = parts
    this.#ref = followRef(parts)
  }

  ask(): void {
    this.stop()
    this.#isRefused = false
    this.#askedAt = this.#parts.clock.now()
    this.#parts.ask(this.#ref)
  }

  stop(): void {
    this.#again?.()
    this.#again = undefined
  }

  /** Everything that comes over the line. */
  hear(event: AnyEvent): void {
    if (event.type === 'refused' && event.ref === this.#ref) this.#no(event)
    else if (event.type === 'subscribed' && followRef(event) === this.#ref) this.#attempt = 0
    else if (event.type === 'heartbeat' && !event.positions.some((at) => followRef(at) === this.#ref)) this.#unknown()
  }

  /** After `pauseMs` at least, each page at another moment: whatever kept the house from it kept it from many. */
  askLater(pauseMs: number): void {
    this.stop()
    const wait = backoff(this.#attempt, CAP_OPEN_MS, () => this.#parts.random())
    this.#attempt += 1
    this.#again = this.#parts.clock.after(pauseMs + wait, () => {
      this.ask()
    })
  }

  #no(refused: Refused): void {
    this.stop()
    if (waits(refused.code)) this.askLater(refused.retry_after_ms ?? 0)
    else {
      this.#isRefused = true
      this.#parts.refused()
    }
  }

  /** A heartbeat names what the house thinks that we follow, and this is not among it: nothing that is said here would come. */
  #unknown(): void {
    const asked = Math.abs(this.#parts.clock.now() - this.#askedAt) < ANSWER_MS // a device's clock may be set back
    if (!asked && !this.#again && !this.#isRefused) this.ask()
  }
}
