// When a page that lost the house comes back: after a wait drawn by lot, longer with each loss, and not before the house asked for.

import { backoff, CAP_IDLE_MS, CAP_OPEN_MS } from './backoff'
import type { Cancel, Clock } from './clock'

export class Returning {
  /** True while somebody is in a conversation or in line: come back sooner. */
  closeBy = false
  readonly #clock: Clock
  readonly #random: () => number
  #losses = 0
  #rest: Cancel | undefined // the house asked us to stay away for a while: no waking up shortens that
  #next: Cancel | undefined

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** The house asked us to stay away, and the time is not over. */
  get isResting(): boolean {
    return this.#rest !== undefined
  }

  /** The losses until now count no more. */
  forgive(): void {
    this.#losses = 0
  }

  /** A moment of this page's own, as long as the next wait may be. Milliseconds. */
  moment(): number {
    return backoff(this.#losses, this.closeBy ? CAP_OPEN_MS : CAP_IDLE_MS, this.#random)
  }

  /** One more loss, and how long to wait after it. */
  lose(): number {
    const wait = this.moment()
    this.#losses += 1
    return wait
  }

  /** Nothing before `ms` from now; then `come`. */
  rest(ms: number, come: () => void): void {
    this.endRest()
    this.#rest = this.#clock.after(ms, () => {
      this.#rest = undefined
      come()
    })
  }

  endRest(): void {
    this.#rest?.()
    this.#rest = undefined
  }

  /** `come`, in `ms`, unless another way was found before. */
  in(ms: number, come: () => void): void {
    this.#next = this.#clock.after(ms, come)
  }

  cancel(): void {
    this.#next?.()
    this.#next = undefined
  }
}
