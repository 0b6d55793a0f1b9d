// A calendar that is brought into the rota: looked at, then kept whole.

import type { CalendarKept, CalendarRead } from '../net/wire'
import { Attempt } from './attempt.svelte'
import type { House } from './staff.svelte'

export class Bringing {
  readonly attempt = new Attempt()
  text = $state('')
  /** What it would mean; undefined before it was looked at, or once the text is another. */
  seen = $state.raw<CalendarRead | undefined>()
  /** By name: who is meant. Empty: left out. */
  who = $state<Record<string, string>>({})
  readonly #house: House

  constructor(house: House) {
    this.#house = house
  }

  /** How many shifts would be kept. */
  get count(): number {
    return this.seen?.entries.filter((one) => this.who[one.name]).length ?? 0
  }

  async look(): Promise<void> {
    const text = this.text
    this.seen = await this.attempt.run<CalendarRead>(() => this.#house.doors.readCalendar({ text }))
    this.who = Object.fromEntries((this.seen?.names ?? []).map((one) => [one.name, one.account ?? '']))
  }

  /** How many are on the rota now; undefined where none is. */
  async keep(rung: number): Promise<number | undefined> {
    const people = Object.entries(this.who).map(([name, account]) => ({ name, account: account || null }))
    const body = { text: this.text, rung, people }
    const done = await this.attempt.run<CalendarKept>(() => this.#house.doors.bringCalendarIn(body))
    return done?.kept
  }

  clear(): void {
    this.text = ''
    this.seen = undefined
    this.who = {}
    this.attempt.clear()
  }
}
