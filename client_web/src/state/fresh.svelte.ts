// A snapshot that is loaded afresh whenever the house says that it changed, and after each time out of touch.

import { untrack } from 'svelte'
import { OutOfTouch, Refused } from '../net/http'
import type { Topic } from '../net/wire'
import type { Session } from './session.svelte'

export class Fresh<T> {
  /** The last one that arrived; undefined before the first. It stays while a newer one is on its way. */
  value = $state.raw<T | undefined>()
  /** Why the last load brought nothing. */
  trouble = $state.raw<Refused | OutOfTouch | undefined>()
  readonly #load: () => Promise<T>
  #running: Promise<void> | undefined
  #stale = false

  constructor(load: () => Promise<T>) {
    this.#load = load
  }

  /** Loads now. A call while a load is under way makes one more after it, however many calls there are. */
  load(): Promise<void> {
    if (this.#running) {
      this.#stale = true
      return this.#running
    }
    this.#running = this.#loadUntilFresh().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  /** Loads now, on each `changed` of these topics, and after each reconnect. Returns how to stop. */
  follow(session: Session, ...topics: Topic[]): () => void {
    untrack(() => void this.load())
    return session.onChange(topics, () => void this.load())
  }

  async #loadUntilFresh(): Promise<void> {
    for (let again = true; again; again = this.#isStale()) {
      this.#stale = false
      try {
        this.value = await this.#load()
        this.trouble = undefined
      } catch (trouble) {
        if (!(trouble instanceof Refused) && !(trouble instanceof OutOfTouch)) throw trouble
        this.trouble = trouble
      }
    }
  }

  #isStale(): boolean {
    return this.#stale
  }
}
