// What the three staff pages share: one session, the staff doors, and signing in with a password and, where asked, six numbers.

import type { StaffDoors } from '../net/staff_doors'
import type { Me } from '../net/wire'
import { Attempt } from './attempt.svelte'
import type { Session } from './session.svelte'

export type Entry = 'desk' | 'onCall' | 'coordinate'

/** What one must be allowed for a page to be of use. The server decides at each door; this decides where to point. */
const NEEDED: Record<Entry, string> = {
  desk: 'desk.see',
  onCall: 'escalation.acknowledge',
  coordinate: 'staff.see',
}

export interface House {
  session: Session
  doors: StaffDoors
}

/** Whether any of this person's role cards says so. */
export function may(me: Pick<Me, 'cards'> | undefined, permission: string): boolean {
  return me?.cards.some((card) => card.may.some((one) => one.permission === permission)) ?? false
}

/** The staff pages that are of use to this person, in the order of the bar. */
export function entriesFor(me: Pick<Me, 'cards'> | undefined): Entry[] {
  const entries: Entry[] = ['desk', 'onCall', 'coordinate']
  return entries.filter((entry) => may(me, NEEDED[entry]))
}

/** Signing in: the name and password first, the numbers only where the house asks for them. */
export class SigningIn {
  readonly attempt = new Attempt()
  /** The house asked for the six numbers: name and password were right. */
  asksNumbers = $state(false)
  readonly #house: House

  constructor(house: House) {
    this.#house = house
  }

  async tell(name: string, password: string, numbers: string): Promise<void> {
    const body = { name: name.trim(), password, ...(this.asksNumbers ? { numbers: digits(numbers) } : {}) }
    const me = await this.attempt.run(() => this.#house.doors.signInWithPassword(body))
    if (me) this.#house.session.welcome(me)
    else if (this.attempt.code === 'second_factor_needed' && !this.asksNumbers) {
      this.asksNumbers = true
      this.attempt.clear()
    }
  }

  /** Somebody else wants to sign in. */
  startOver(): void {
    this.asksNumbers = false
    this.attempt.clear()
  }
}

/** The figures of what was typed or pasted: apps show them as `123 456`. */
export function digits(text: string): string {
  return text.replace(/\D/g, '').slice(0, 6)
}
