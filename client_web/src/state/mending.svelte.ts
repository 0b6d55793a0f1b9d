// One log kept whole on the page: opened, taken event by event, asked for where a hole stays open, and read further back.

import type { Cancel, Clock } from '../net/clock'
import type { Page } from '../net/doors'
import { OutOfTouch, Refused } from '../net/http'
import type { AnyLogEvent, EventPage, Uuid } from '../net/wire'
import { emptyTimeline, heardOf, isBehind, openPage, take, takeEarlier, takePage, type Timeline } from './timeline'

const HOLD_MS = 1_000 // two nodes may push out of order; within a second the hole closes by itself
const PAGES_AT_MOST = 20 // more missing than this: loading afresh is kinder than replaying

export type Trouble = 'none' | 'loading' | 'checking' | 'out_of_touch' | 'gone'

export interface MendingParts {
  clock: Clock
  me(): Uuid
  events(page: Page): Promise<EventPage>
  /** Looks at whose log it is, before it is opened for the first time. */
  first(): Promise<void>
  /** What is shown has changed. */
  taken(): void
  /** An event that was asked for is shown. */
  settled(event: AnyLogEvent): void
  /** It was opened afresh: what was followed from an older position is to be followed from this one. */
  opened(): void
  /** It could not be just now, and the house asks for a pause of so long. */
  notOpened(pauseMs: number): void
}

export class Mending {
  timeline = $state.raw<Timeline>(emptyTimeline(''))
  trouble = $state<Trouble>('loading')
  /** The refusal's code, where it is gone: `stepped_out`, `suspended`, `not_found`… */
  goneWhy = $state('')
  /** For how long the house asked not to be asked again, when it last said no. */
  pauseMs = 0
  readonly #parts: MendingParts
  #hold: Cancel | undefined
  #mending = false
  #loading = false

  constructor(parts: MendingParts) {
    this.#parts = parts
  }

  get isGone(): boolean {
    return this.trouble === 'gone'
  }

  stop(): void {
    this.#hold?.()
  }

  /** Loads the newest page. Raises what the door raises. */
  async open(): Promise<void> {
    const page = await this.#parts.events({})
    this.#taken(openPage(this.#parts.me(), page))
    this.trouble = 'none'
  }

  /** The same where something is shown already, and may not be so any more. */
  async openAfresh(): Promise<void> {
    this.trouble = 'checking'
    if (await this.trying(() => this.open())) this.#parts.opened()
    else if (!this.isGone) this.#parts.notOpened(this.pauseMs)
  }

  /** One page of older lines. */
  async loadEarlier(): Promise<void> {
    if (this.#loading || !this.timeline.earlier) return
    this.#loading = true
    await this.trying(async () => {
      const page = await this.#parts.events({ before: this.timeline.from })
      if (page.epoch === this.timeline.epoch) this.timeline = takeEarlier(this.timeline, page)
      else await this.open()
    })
    this.#loading = false
  }

  /** The log is known to reach this far. */
  heard(lastSeq: number): void {
    this.#taken(heardOf(this.timeline, lastSeq))
  }

  take(event: AnyLogEvent): void {
    this.#taken(take(this.timeline, event))
  }

  async mend(): Promise<void> {
    if (this.#mending) return
    this.#mending = true
    const whole = await this.catchUp()
    this.#mending = false
    if (whole && isBehind(this.timeline)) await this.openAfresh()
  }

  /** Asks for what comes after. True: the house told us everything it has. */
  async catchUp(): Promise<boolean> {
    return this.trying(async () => {
      if (!this.timeline.epoch) {
        await this.#parts.first()
        await this.open()
        return
      }
      for (let page = 0; page < PAGES_AT_MOST; page += 1) {
        const after = this.timeline.have
        const next = await this.#parts.events({ after })
        if (next.epoch !== this.timeline.epoch || next.last_seq < after) {
          await this.open()
          return
        }
        const before = this.timeline.have
        this.#taken(takePage(this.timeline, next))
        for (const event of next.events) this.#parts.settled(event)
        if (!next.later || this.timeline.have === before) break
      }
      if (this.trouble !== 'checking') this.trouble = 'none'
    })
  }

  /** Runs `act`; false where we were out of touch, or where this conversation is no longer ours to see. */
  async trying(act: () => Promise<void>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (trouble) {
      if (trouble instanceof Refused && (trouble.status === 404 || trouble.status === 403)) {
        this.trouble = 'gone'
        this.goneWhy = trouble.code
      } else if (!(trouble instanceof Refused) && !(trouble instanceof OutOfTouch)) throw trouble
      else {
        this.pauseMs = trouble.retryAfterMs ?? 0
        if (!this.timeline.epoch) this.trouble = 'out_of_touch'
      }
      return false
    }
  }

  #taken(next: Timeline): void {
    this.timeline = next
    this.#parts.taken()
    if (!isBehind(next)) {
      this.#hold?.()
      this.#hold = undefined
      if (this.trouble === 'checking') this.trouble = 'none'
    } else if (!this.#mending) {
      this.#hold ??= this.#parts.clock.after(HOLD_MS, () => {
        this.#hold = undefined
        if (isBehind(this.timeline)) void this.mend()
      })
    }
  }
}
