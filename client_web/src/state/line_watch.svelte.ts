// Whether people wait while nobody is at the desk: known on every staff page, whatever is open on it.

import type { LineWatch } from '../net/wire'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

const LOOK_MS = 30_000 // beside the house's word, for one that got lost

export class Watching {
  readonly line: Fresh<LineWatch>
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    this.line = new Fresh(() => house.doors.lineWatch())
  }

  start(): () => void {
    let stopped = false
    const quiet = this.line.follow(this.#house.session, 'desk')
    const tick = () => {
      if (stopped) return
      void this.line.load()
      this.#house.session.clock.after(LOOK_MS, tick)
    }
    this.#house.session.clock.after(LOOK_MS, tick)
    return () => {
      stopped = true
      quiet()
    }
  }
}
