// How far this person has read one conversation: told to the house at once where somebody waits to see it, and in a room now and then.

import type { Cancel, Clock } from '../net/clock'

const ROOM_MS = 5_000 // in a busy room everybody reads every line: telling of each would be a write for each line and reader

export interface ReadingParts {
  clock: Clock
  /** `leaving`: the page turns elsewhere, and is worth no request of its own. */
  tell(seq: number, leaving: boolean): void
}

export class Reading {
  readonly #parts: ReadingParts
  #read = 0
  #toldAt = 0
  #due: Cancel | undefined

  constructor(parts: ReadingParts) {
    this.#parts = parts
  }

  /** Everything up to `seq` has been on the screen. False: that was known. */
  upTo(seq: number, inRoom: boolean): boolean {
    if (seq <= this.#read) return false
    this.#read = seq
    const rest = inRoom ? this.#toldAt + ROOM_MS - this.#parts.clock.now() : 0
    if (rest <= 0 || rest > ROOM_MS)
      this.#tell() // more than that: the device's clock was set back
    else
      this.#due ??= this.#parts.clock.after(rest, () => {
        this.#tell()
      })
    return true
  }

  /** The page turns elsewhere: what is owed is told now. */
  stop(): void {
    if (this.#due) this.#tell(true)
  }

  #tell(leaving = false): void {
    this.#due?.()
    this.#due = undefined
    this.#toldAt = this.#parts.clock.now()
    this.#parts.tell(this.#read, leaving)
  }
}
