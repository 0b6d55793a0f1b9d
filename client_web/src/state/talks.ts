// The conversations a desk has open. One that still holds unsent words goes on trying after somebody turned to another line.

import type { ConversationShown, Log, Uuid } from '../net/wire'
import { Conversation } from './conversation.svelte'
import type { House } from './staff.svelte'

interface Kept {
  talk: Conversation
  stop: () => void
  users: number
}

export class Talks {
  readonly #house: House
  readonly #kept = new Map<string, Kept>()

  constructor(house: House) {
    this.#house = house
  }

  /** Opens it, or takes up the one that is still at work. Give it back with `release`. */
  open(id: Uuid, log: Log): Conversation {
    this.#sweep()
    const key = `${id} ${log}`
    const kept = this.#kept.get(key) ?? this.#start(id, log)
    kept.users += 1
    this.#kept.set(key, kept)
    return kept.talk
  }

  release(talk: Conversation): void {
    const kept = this.#kept.get(`${talk.id} ${talk.log}`)
    if (kept?.talk !== talk) return
    kept.users -= 1
    this.#sweep()
  }

  /** A list was loaded: what is open beside it shows the same. */
  listed(list: readonly ConversationShown[]): void {
    for (const shown of list) this.#kept.get(`${shown.conversation} public`)?.talk.listed(shown)
  }

  /** True while words would be lost with the page. */
  get holdsWords(): boolean {
    return [...this.#kept.values()].some((kept) => kept.talk.outbox.holdsWords)
  }

  #start(id: Uuid, log: Log): Kept {
    const talk = new Conversation(this.#house.session, this.#house.doors, id, log)
    return { talk, stop: talk.start(), users: 0 }
  }

  #sweep(): void {
    for (const [key, kept] of this.#kept) {
      if (kept.users > 0 || kept.talk.outbox.holdsWords) continue
      kept.stop()
      this.#kept.delete(key)
    }
  }
}
