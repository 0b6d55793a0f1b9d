// Looking back on a call together: what one can do now, and what one may see of the other.

import type { ReviewPage, Uuid, WriteReview } from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

export type Stage = 'write' | 'waiting' | 'both' | 'over'

/** `waiting`: mine is in and theirs is not. `over`: the week has passed without both. */
export function stageOf(page: Pick<ReviewPage, 'mine' | 'theirs' | 'may_write'>): Stage {
  if (page.may_write) return 'write'
  if (page.mine && page.theirs) return 'both'
  return page.mine && !page.theirs ? 'waiting' : 'over'
}

export class LookBack {
  readonly page: Fresh<ReviewPage>
  readonly attempt = new Attempt()
  readonly #house: House
  readonly #id: Uuid

  constructor(house: House, id: Uuid) {
    this.#house = house
    this.#id = id
    this.page = new Fresh(() => house.doors.review(id))
  }

  async write(said: Record<'went_well' | 'would_help' | 'lesson', string>): Promise<boolean> {
    const body: WriteReview = {
      went_well: said.went_well.trim() || null,
      would_help: said.would_help.trim() || null,
      lesson: said.lesson.trim() || null,
    }
    return this.#do(() => this.#house.doors.writeReview(this.#id, body))
  }

  putOff(): Promise<boolean> {
    return this.#do(() => this.#house.doors.putOffReview(this.#id))
  }

  async #do(act: () => Promise<ReviewPage>): Promise<boolean> {
    const page = await this.attempt.run(act)
    if (page) this.page.value = page
    return page !== undefined
  }
}
