// Whether the other side is there: it must come through in time, speak now and then, and answer when it is asked.

import type { Cancel, Clock } from './clock'

const SILENCE_MS = 45_000 // the server speaks at least every 20 s; two missed, and the line is dead

export interface LivenessEars {
  /** It did not come through in time. */
  late(): void
  /** Nothing at all was heard for too long. */
  silent(): void
  /** Nothing was heard after it was asked. */
  unanswered(): void
}

export class Liveness {
  readonly #clock: Clock
  readonly #ears: LivenessEars
  #reachedFor = 0
  #heardAt = 0
  #watch: Cancel | undefined
  #answer: Cancel | undefined
  #answerDue = 0

  constructor(clock: Clock, ears: LivenessEars) {
    this.#clock = clock
    this.#ears = ears
  }

  /** For how long it has been reached for. */
  get reachingMs(): number {
    return this.#clock.now() - this.#reachedFor
  }

  /** For how long nothing was heard. */
  get quietMs(): number {
    return this.#clock.now() - this.#heardAt
  }

  /** It must come through within `ms`. */
  reaches(ms: number): void {
    this.#watch?.()
    this.#reachedFor = this.#clock.now()
    this.#watch = this.#clock.after(ms, () => {
      this.#ears.late()
    })
  }

  /** Whatever it was, it answers what was asked. */
  heard(): void {
    this.#heardAt = this.#clock.now()
    this.#answer?.()
    this.#answer = undefined
    this.#watch?.()
    this.#watch = this.#clock.after(SILENCE_MS, () => {
      this.#ears.silent()
    })
  }

  /** It was asked, and must answer within `ms`; what is due sooner already stays so. */
  asked(ms: number): void {
    const due = this.#clock.now() + ms
    if (this.#answer && due >= this.#answerDue) return
    this.#answer?.()
    this.#answerDue = due
    this.#answer = this.#clock.after(ms, () => {
      this.#ears.unanswered()
    })
  }

  stop(): void {
    this.#watch?.()
    this.#answer?.()
    this.#watch = this.#answer = undefined
  }
}
