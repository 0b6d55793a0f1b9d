// The hub's policy and a draft of another. The draft is the person's own: nothing that arrives from elsewhere changes what they wrote, and it is still
// there when they come back from another tab.

import type {
  PolicyBounds,
  PolicyDraft,
  PolicyPage,
  PolicyPreview,
  PolicyRung,
  PolicyTimer,
  Severity,
} from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

export const SEVERITIES: readonly Severity[] = ['critical', 'high', 'concern']
export const TIMERS: readonly PolicyTimer[] = ['unsent', 'unseen', 'next_rung', 'remind', 'undo']

const MINUTE = 60
const HOUR = 3_600
const DAY = 86_400
/** What one may choose a time from, in seconds: few enough to read through. */
const STEPS = [
  ...[10, 15, 20, 30, 45],
  ...[1, 1.5, 2, 3, 4, 5, 8, 10, 15, 20, 30, 45].map((many) => many * MINUTE),
  ...[1, 2, 3, 4, 6, 8, 12].map((many) => many * HOUR),
  ...[1, 2, 3, 7].map((many) => many * DAY),
]

/** What one timer may be set to, in order; null is "never". What it is now is always among them. */
export function choices(bounds: PolicyBounds, current: number | null): (number | null)[] {
  const known = [...STEPS, bounds.least, bounds.most, bounds.usual, current]
  const within = known.filter((one): one is number => one !== null && one >= bounds.least && one <= bounds.most)
  const sorted = (current === null ? within : [...within, current])
    .sort((a, b) => a - b)
    .filter((one, at, all) => one !== all[at - 1])
  return bounds.may_be_none || current === null ? [...sorted, null] : sorted
}

/** `list` with the one at `from` moved by `by`; as it was where that leads off an end. */
export function moved<T>(list: readonly T[], from: number, by: -1 | 1): T[] {
  const to = from + by
  if (to < 0 || to >= list.length) return [...list]
  const next = [...list]
  const [one] = next.splice(from, 1)
  next.splice(to, 0, one as T)
  return next
}

export class Policy {
  readonly page: Fresh<PolicyPage>
  readonly looking = new Attempt()
  readonly saving = new Attempt()
  readonly restoring = new Attempt()
  draft = $state<PolicyDraft | undefined>()
  /** What the draft as it is now would do; gone with the next edit. */
  preview = $state.raw<PolicyPreview | undefined>()
  saved = $state(false)
  /** The version that the draft was made from, and what it said. */
  #basis = 0
  #began = $state.raw('')
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    this.page = new Fresh(() => house.doors.policy())
  }

  start(): () => void {
    void this.open()
    return () => undefined
  }

  async open(): Promise<void> {
    await this.page.load()
    if (!this.holdsWords) this.forget()
  }

  /** Whether something is written here that is not in force. */
  get holdsWords(): boolean {
    return this.draft !== undefined && JSON.stringify(this.draft) !== this.#began
  }

  /** The draft is what is in force again. */
  forget(): void {
    const page = this.page.value
    if (!page) return
    this.draft = structuredClone(page.draft)
    this.#basis = page.number
    this.#began = JSON.stringify(page.draft)
    this.touch()
  }

  /** Something was written: what was worked out before says nothing about it. */
  touch(): void {
    this.preview = undefined
    this.saved = false
    this.looking.clear()
    this.saving.clear()
  }

  edit(change: (draft: PolicyDraft) => void): void {
    if (!this.draft) return
    change(this.draft)
    this.touch()
  }

  addRung(person: string): void {
    this.edit((draft) => draft.rungs.push({ person, channels: [], account: null, rota: false }))
  }

  setDutyManager(rung: PolicyRung | null): void {
    this.edit((draft) => (draft.duty_manager = rung))
  }

  async look(): Promise<void> {
    const draft = this.#plain()
    if (draft) this.preview = await this.looking.run(() => this.#house.doors.previewPolicy({ draft }))
  }

  async save(): Promise<void> {
    const draft = this.#plain()
    if (!draft) return
    const basis = this.#basis
    this.#takes(await this.saving.run(() => this.#house.doors.changePolicy({ basis, draft })))
    if (this.saving.code === 'changed_meanwhile') await this.page.load() // to say who it was
  }

  /** Somebody else's version is in force by now, and this draft is to follow it. */
  onTop(): void {
    this.#basis = this.page.value?.number ?? this.#basis
    this.touch()
  }

  async restore(number: number): Promise<void> {
    const basis = this.page.value?.number ?? 0
    this.#takes(await this.restoring.run(() => this.#house.doors.restorePolicy({ basis, number })))
    if (this.restoring.code === 'changed_meanwhile') await this.page.load()
  }

  #takes(page: PolicyPage | undefined): void {
    if (!page) return
    this.page.value = page
    this.forget()
    this.saved = true
  }

  #plain(): PolicyDraft | undefined {
    return this.draft && $state.snapshot(this.draft)
  }
}
