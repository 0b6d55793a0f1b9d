// Telling the house how many events have arrived, often enough that it never holds any back, and seldom enough to cost nothing.

import type { Cancel, Clock } from './clock'

const EVERY = 16 // of the 64 that may be on their way
const WITHIN_MS = 2_000

export class Confirming {
  readonly #clock: Clock
  readonly #tell: (count: number) => void
  #received = 0
  #confirmed = 0
  #due: Cancel | undefined

  constructor(clock: Clock, tell: (count: number) => void) {
    this.#clock = clock
    this.#tell = tell
  }

  /** One more. */
  count(): void {
    this.#received += 1
    if (this.#received - this.#confirmed >= EVERY) this.#now()
    else
      this.#due ??= this.#clock.after(WITHIN_MS, () => {
        this.#now()
      })
  }

  /** Another wire: its count begins at none. */
  restart(): void {
    this.#due?.()
    this.#due = undefined
    this.#received = this.#confirmed = 0
  }

  #now(): void {
    this.#due?.()
    this.#due = undefined
    this.#confirmed = this.#received
    this.#tell(this.#received)
  }
}
