// The rota: one week at a time, what is missing, and the acts of whoever plans it or is on it.

import type { AskSwap, ChangeDay, PlanShift, RotaFeed, RotaShift, RotaWeek, TakeLeave, Uuid } from '../net/wire'
import { daysOn } from '../words/hub_time'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

const LOOK_MS = 60_000 // the line that says “now” moves

export class Rota {
  readonly week: Fresh<RotaWeek>
  readonly attempt = new Attempt()
  readonly feeding = new Attempt()
  now = $state(0)
  /** An address is shown once: it lives here until the page is left. */
  feed = $state.raw<{ whole: boolean; url: string } | undefined>()
  /** A day of the week that is shown; undefined: this week, whichever it is. */
  #day = $state<string | undefined>()
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    this.week = new Fresh(() => house.doors.rota(this.#day))
    this.now = house.session.now()
  }

  get me(): Uuid {
    return this.#house.session.me?.account ?? ''
  }

  get isThisWeek(): boolean {
    const week = this.week.value
    const [first, last] = [week?.days[0], week?.days.at(-1)]
    return !first || !last || (Date.parse(first.starts_at) <= this.now && this.now < Date.parse(last.ends_at))
  }

  start(): () => void {
    let stopped = false
    const tick = () => {
      if (stopped) return
      this.now = this.#house.session.now()
      this.#house.session.clock.after(LOOK_MS, tick)
    }
    tick()
    const quiet = this.week.follow(this.#house.session, 'rota')
    return () => {
      stopped = true
      quiet()
    }
  }

  /** So many weeks on from the one that is shown; back to this one with 0. */
  async turn(weeks: number): Promise<void> {
    const monday = this.week.value?.monday
    this.#day = weeks === 0 || !monday ? undefined : daysOn(monday, 7 * weeks)
    await this.week.load()
  }

  plan(body: PlanShift, instead?: RotaShift): Promise<boolean> {
    const { doors } = this.#house
    return this.#do(() => (instead ? doors.replanShift(instead.shift, body) : doors.planShift(body)))
  }

  end(shift: Uuid, from: string): Promise<boolean> {
    return this.#do(() => this.#house.doors.endShift(shift, { from_day: from }))
  }

  change(shift: Uuid, body: ChangeDay): Promise<boolean> {
    return this.#do(() => this.#house.doors.changeShift(shift, body))
  }

  ask(body: AskSwap): Promise<boolean> {
    return this.#do(() => this.#house.doors.askSwap(body))
  }

  take(swap: Uuid, who?: Uuid): Promise<boolean> {
    return this.#do(() => this.#house.doors.agreeSwap(swap, { who: who ?? null }))
  }

  drop(swap: Uuid): Promise<boolean> {
    return this.#do(() => this.#house.doors.endSwap(swap))
  }

  leave(body: TakeLeave): Promise<boolean> {
    return this.#do(() => this.#house.doors.takeLeave(body))
  }

  back(leave: Uuid): Promise<boolean> {
    return this.#do(() => this.#house.doors.endLeave(leave))
  }

  async makeFeed(whole: boolean): Promise<void> {
    const made = await this.feeding.run<RotaFeed>(() => this.#house.doors.renewFeed({ whole }))
    if (made) this.feed = { whole, url: made.url }
  }

  // Whatever the answer, the week then shows how things stand: somebody else may have been quicker.
  async #do(act: () => Promise<unknown>): Promise<boolean> {
    const done = await this.attempt.run(act)
    await this.week.load()
    return done !== undefined
  }
}
