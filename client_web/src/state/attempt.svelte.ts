// One act that a person asked for: under way, done, or refused with the house's own words. A second press while it runs does nothing.

import { OutOfTouch, Refused } from '../net/http'

export class Attempt {
  busy = $state(false)
  /** Why the last try did not go through; gone with the next one. */
  trouble = $state.raw<Refused | OutOfTouch | undefined>()

  /** Runs `act`. Undefined where it did not go through, or where one is already under way. */
  async run<T>(act: () => Promise<T>): Promise<T | undefined> {
    if (this.busy) return undefined
    this.busy = true
    this.trouble = undefined
    try {
      return await act()
    } catch (trouble) {
      if (!(trouble instanceof Refused) && !(trouble instanceof OutOfTouch)) throw trouble
      this.trouble = trouble
      return undefined
    } finally {
      this.busy = false
    }
  }

  /** The refusal's code, where the house refused. */
  get code(): string | undefined {
    return this.trouble instanceof Refused ? this.trouble.code : undefined
  }

  clear(): void {
    this.trouble = undefined
  }
}
