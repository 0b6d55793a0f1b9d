// Who is writing in one conversation, and telling the others that this person is: without the words, and forgotten by itself.

import type { Cancel, Clock } from '../net/clock'
import type { Uuid } from '../net/wire'
import { nobodyWriting, SAY_WRITING_MS, startsWriting, stillWriting, stopsWriting, type Writing } from './people'

export class Writers {
  now = $state.raw<Writing>(nobodyWriting)
  readonly #clock: Clock
  readonly #tell: () => boolean
  #forget: Cancel | undefined
  #toldAt = 0

  /** `tell` says to the others that this person is writing; false where it could not. */
  constructor(clock: Clock, tell: () => boolean) {
    this.#clock = clock
    this.#tell = tell
  }

  starts(account: Uuid): void {
    this.#are(startsWriting(this.now, account, this.#clock.now()))
  }

  /** Their message arrived, or they left. */
  stops(account: Uuid): void {
    this.now = stopsWriting(this.now, account)
  }

  /** Out of touch: whether they still are, we cannot know. */
  unknown(): void {
    this.#are(nobodyWriting)
  }

  /** This person is writing: said at most every three seconds. */
  iAm(): void {
    const now = this.#clock.now()
    if (now - this.#toldAt < SAY_WRITING_MS) return
    if (this.#tell()) this.#toldAt = now
  }

  /** And has sent it: what comes next is told of at once. */
  iSent(): void {
    this.#toldAt = 0
  }

  stop(): void {
    this.#forget?.()
  }

  #are(writing: Writing): void {
    this.now = writing
    this.#forget?.()
    this.#forget = undefined
    if (writing.size === 0) return
    const first = Math.min(...writing.values())
    this.#forget = this.#clock.after(Math.max(0, first - this.#clock.now()), () => {
      this.#are(stillWriting(this.now, this.#clock.now()))
    })
  }
}
