// Everything a member's pages stand on: the session, and the snapshots that follow the house.

import { OutOfTouch, Refused } from '../net/http'
import type { MemberDoors } from '../net/doors'
import type { Acts, Arrived, Conversations, Doorway, LinePlace, Me, Readings, Receipts, Rooms } from '../net/wire'
import { shared } from '../words/shared'
import { Fresh } from './fresh.svelte'
import { allStandNow } from './standing'
import type { Session } from './session.svelte'

export class MemberHouse {
  readonly session: Session
  readonly doors: MemberDoors
  readonly doorway: Fresh<Doorway>
  readonly line: Fresh<LinePlace>
  readonly rooms: Fresh<Rooms>
  readonly conversations: Fresh<Conversations>
  readonly receipts: Fresh<Receipts>
  readonly acts: Fresh<Acts>
  readonly readings: Fresh<Readings>
  /** Shown until the person says that they have kept it; held nowhere else. */
  recoveryCode = $state<string | undefined>()
  /** Enter sends. Kept for as long as the page lives. */
  enterSends = $state(true)
  /** What was written while waiting. */
  noted = $state('')

  constructor(session: Session, doors: MemberDoors, hub: string | undefined) {
    this.session = session
    this.doors = doors
    this.doorway = new Fresh(() => doors.doorway(hub))
    this.line = new Fresh(() => doors.line())
    this.rooms = new Fresh(() => doors.rooms())
    this.conversations = new Fresh(() => doors.conversations())
    this.receipts = new Fresh(() => doors.receipts())
    this.acts = new Fresh(() => doors.acts())
    this.readings = new Fresh(() => doors.readings())
  }

  /** Follows what every page of a signed-in member needs. Returns how to stop. */
  start(): () => void {
    const stops = [
      this.line.follow(this.session, 'line', 'conversations'),
      this.conversations.follow(this.session, 'conversations'),
      this.rooms.follow(this.session, 'rooms', 'conversations'),
      this.acts.follow(this.session, 'acts'),
      this.session.onMoved((moved) => {
        if (this.conversations.value) this.conversations.value = allStandNow(this.conversations.value, moved)
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  arrived(arrived: Arrived): void {
    this.recoveryCode = arrived.recovery_code
    this.session.welcome(arrived.me)
  }

  returned(me: Me): void {
    this.session.welcome(me)
  }

  /** Lets go of every word at once. */
  vanish(): void {
    this.session.vanish()
    this.recoveryCode = undefined
    this.noted = ''
  }
}

/** What a person reads when something did not go through. Anything that is not ours to explain goes on upwards. */
export function wordsFor(trouble: unknown): string {
  if (trouble instanceof Refused) return trouble.message
  if (trouble instanceof OutOfTouch) return shared.outOfTouch
  throw trouble
}

/** One act of a person on a form: under way, done, or in the way of something, in words. */
export class Doing {
  busy = $state(false)
  trouble = $state('')
  /** The field that the trouble is about, where the house named one. */
  field = $state<string | null>(null)

  async run(act: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false
    this.busy = true
    this.trouble = ''
    this.field = null
    try {
      await act()
      return true
    } catch (trouble) {
      this.trouble = wordsFor(trouble)
      this.field = trouble instanceof Refused ? trouble.field : null
      return false
    } finally {
      this.busy = false
    }
  }
}
