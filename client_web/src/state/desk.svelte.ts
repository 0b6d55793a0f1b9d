// The desk: the list of what needs someone, being ready for the next person, and what changed while somebody looked away.

import type { ConversationShown, Desk, ListMoved, Uuid } from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'
import { allStandNow } from './standing'
import { marks, prints, sections, unmark, UNMARKED, type Marks, type Prints, type Section } from './urgency'

const NET_MS = 20_000 // under a lost hint: look again this often anyway

export class DeskList {
  readonly desk: Fresh<Desk>
  readonly readying = new Attempt()
  /** They said that they are ready, and are with as many people as they have room for. */
  full = $state(false)
  /** Time as the list shows it; moves with each look. */
  now = $state(0)
  marked = $state.raw<Marks>(UNMARKED)
  readonly sections: Section[] = $derived.by(() => (this.desk.value ? sections(this.desk.value) : []))
  readonly #house: House
  #lookedAt: Prints | undefined
  #known: readonly Uuid[] = []
  /** What moved while a load was under way, which may have looked before. */
  #moved: ListMoved[] = []

  /** `listed`: told of the conversations after each load, for what is open beside the list. */
  constructor(house: House, listed: (all: readonly ConversationShown[]) => void = () => undefined) {
    this.#house = house
    this.desk = new Fresh(async () => {
      this.#moved = []
      const loaded = await house.doors.desk()
      const desk = this.#moved.reduce(allStandNow<Desk>, loaded)
      listed(desk.conversations)
      return desk
    })
    this.now = house.session.now()
  }

  /** Follows the house until the returned function is called. `met`: a person was given to this peer while they were ready. */
  start(met: (conversation: Uuid) => void): () => void {
    let stopped = false
    const session = this.#house.session
    const load = () => {
      void this.#look(met)
    }
    load()
    const quiet = session.onChange(['desk', 'reports', 'escalations', 'conversations', 'line'], load)
    const unheard = session.onMoved((moved) => {
      this.#moved.push(moved)
      if (this.desk.value) this.desk.value = allStandNow(this.desk.value, moved)
    })
    const tick = () => {
      if (stopped) return
      load()
      session.clock.after(NET_MS, tick)
    }
    session.clock.after(NET_MS, tick)
    return () => {
      stopped = true
      quiet()
      unheard()
    }
  }

  /** The page went to the background. */
  lookAway(): void {
    this.#lookedAt ??= prints(this.sections)
  }

  /** And is looked at again: from here the marks stay until their line is opened, or until the next time away. */
  lookBack(): void {
    if (this.#lookedAt) this.marked = marks(this.#lookedAt, this.sections)
    this.#lookedAt = undefined
  }

  /** This line has been looked at. */
  read(key: string): void {
    if (this.marked.has(key)) this.marked = unmark(this.marked, key)
  }

  /** Room for one person more, or not. Gives the conversation where somebody was waiting. */
  async setReady(ready: boolean): Promise<Uuid | null> {
    const answer = await this.readying.run(() => this.#house.doors.setReady({ ready }))
    if (!answer) return null
    this.full = answer.full
    await this.desk.load()
    this.#remember()
    return answer.conversation
  }

  async #look(met: (conversation: Uuid) => void): Promise<void> {
    const wasReady = this.desk.value?.ready === true
    await this.desk.load()
    this.now = this.#house.session.now()
    const given = this.#remember()
    if (wasReady && given) met(given)
    if (this.#lookedAt) this.marked = marks(this.#lookedAt, this.sections)
  }

  /** Keeps which one-to-ones there are; gives one that was not there before. */
  #remember(): Uuid | undefined {
    const open = (this.desk.value?.conversations ?? []).filter((it) => it.kind === 'one_to_one' && it.open)
    const fresh = open.find((it) => !this.#known.includes(it.conversation))
    if (this.#known.some((id) => !open.some((it) => it.conversation === id))) this.full = false // one has ended: there is room
    this.#known = open.map((it) => it.conversation)
    return fresh?.conversation
  }
}
