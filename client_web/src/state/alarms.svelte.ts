// Whether the calls themselves work: what stands in the way of one, for the people who would be called.

import type { AlarmKind, StandingAlarms } from '../net/wire'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

const LOOK_MS = 15_000 // as often as the list of calls is looked at: what is wrong with it is news for as long

export class Alarms {
  readonly list: Fresh<StandingAlarms>
  /** What is wrong, each kind once, the first that was found first. */
  readonly kinds: AlarmKind[] = $derived.by(() => {
    const all = this.list.value?.alarms.map((alarm) => alarm.kind) ?? []
    return all.filter((kind, at) => all.indexOf(kind) === at)
  })
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    this.list = new Fresh(() => house.doors.alarms())
  }

  start(): () => void {
    let stopped = false
    const tick = () => {
      if (stopped) return
      void this.list.load()
      this.#house.session.clock.after(LOOK_MS, tick)
    }
    tick()
    return () => {
      stopped = true
    }
  }
}
