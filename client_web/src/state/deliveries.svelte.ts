// What was sent to whoever is on call: the newest page stays fresh, older pages are put below it on request.

import type { Deliveries as DeliveryPage, DeliveryShown, Uuid } from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

export type DeliveryState = 'all' | 'delivered' | 'not_delivered'

export class Deliveries {
  readonly newest: Fresh<DeliveryPage>
  readonly asking = new Attempt()
  readonly again = new Attempt()
  state = $state<DeliveryState>('all')
  escalation = $state.raw<Uuid | undefined>()
  /** Which message is being tried once more. */
  tried = $state.raw<Uuid | undefined>()
  #older = $state.raw<DeliveryShown[]>([])
  #next = $state.raw<Uuid | null | undefined>()
  #press: { delivery: Uuid; id: Uuid } | undefined
  readonly #house: House
  readonly #newId: () => Uuid

  constructor(house: House, newId: () => Uuid) {
    this.#house = house
    this.#newId = newId
    this.newest = new Fresh(() => house.doors.deliveries(this.#filter()))
  }

  /** The newest, then what was asked for below it; each once. */
  get shown(): DeliveryShown[] {
    const newest = this.newest.value?.deliveries ?? []
    return [...newest, ...this.#older.filter((old) => !newest.some((one) => one.delivery === old.delivery))]
  }

  get hasOlder(): boolean {
    return this.#cursor() !== null
  }

  start(): () => void {
    return this.newest.follow(this.#house.session, 'escalations')
  }

  async only(state: DeliveryState, escalation: Uuid | undefined): Promise<void> {
    this.state = state
    this.escalation = escalation
    this.#older = []
    this.#next = undefined
    this.newest.value = undefined
    await this.newest.load()
  }

  async older(): Promise<void> {
    const cursor = this.#cursor()
    if (cursor === null) return
    const page = await this.asking.run(() => this.#house.doors.deliveries({ ...this.#filter(), older_than: cursor }))
    if (!page) return
    this.#older = [...this.#older, ...page.deliveries]
    this.#next = page.older
  }

  /** One more try. After a press whose answer was lost, the next one is the same press. */
  async sendAgain(delivery: Uuid): Promise<void> {
    if (this.again.busy) return
    if (this.#press?.delivery !== delivery) this.#press = { delivery, id: this.#newId() }
    this.tried = delivery
    const press = this.#press.id
    const shown = await this.again.run(() => this.#house.doors.sendAgain(delivery, { client_id: press }))
    if (shown) {
      this.#press = undefined
      this.#older = this.#older.map((one) => (one.delivery === delivery ? shown : one))
    }
    await this.newest.load()
  }

  #cursor(): Uuid | null {
    return this.#next === undefined ? (this.newest.value?.older ?? null) : this.#next
  }

  #filter(): Record<string, string> {
    return {
      ...(this.state === 'all' ? {} : { state: this.state }),
      ...(this.escalation === undefined ? {} : { escalation: this.escalation }),
    }
  }
}
