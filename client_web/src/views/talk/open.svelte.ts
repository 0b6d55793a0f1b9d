// What is open on a staff page: conversations at work, and words that were begun. Turning to another line loses neither.

import { Talks } from '../../state/talks'
import type { House } from '../../state/staff.svelte'

export class Open {
  readonly talks: Talks
  /** By conversation and log. */
  drafts = $state<Record<string, string>>({})

  constructor(house: House) {
    this.talks = new Talks(house)
  }

  get holdsWords(): boolean {
    return this.talks.holdsWords || Object.values(this.drafts).some((draft) => draft.trim() !== '')
  }
}
