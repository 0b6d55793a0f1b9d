// Out of touch over the socket: asking over HTTPS now and then, more and more seldom where nobody answers.

import { backoff, CAP_OPEN_MS } from '../net/backoff'
import type { Cancel, Clock } from '../net/clock'

const ASK_AGAIN_MS = 4_000 // while the house answers
const FIRST_ASK_MS = 2_500 // for the first time after this: a reconnect is usually quicker

export interface AskingParts {
  clock: Clock
  random(): number
  /** Whether there is still reason to. */
  isNeeded(): boolean
  /** Asks. Undefined: the house answered; else for how long it asked to be left alone, in milliseconds. */
  ask(): Promise<number | undefined>
}

export class Asking {
  readonly #parts: AskingParts
  #next: Cancel | undefined
  #unanswered = 0

  constructor(parts: AskingParts) {
    this.#parts = parts
  }

  start(): void {
    this.#after(FIRST_ASK_MS)
  }

  stop(): void {
    this.#next?.()
    this.#next = undefined
  }

  #after(ms: number): void {
    this.#next ??= this.#parts.clock.after(ms, () => {
      this.#next = undefined
      if (this.#parts.isNeeded()) void this.#askAndAgain()
    })
  }

  /** A house that is not there is asked more and more seldom, each page at another moment; one that asks for a pause gets it. */
  async #askAndAgain(): Promise<void> {
    const pauseMs = await this.#parts.ask()
    this.#unanswered = pauseMs === undefined ? 0 : this.#unanswered + 1
    const wait = backoff(this.#unanswered, CAP_OPEN_MS, () => this.#parts.random())
    this.#after(pauseMs === undefined ? ASK_AGAIN_MS : pauseMs + wait)
  }
}
