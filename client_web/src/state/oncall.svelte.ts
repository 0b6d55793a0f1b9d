// On call: what is open, and one escalation with the acts of whoever answers it.

import type { OnCallStep } from '../net/staff_doors'
import type {
  AnyLogEvent,
  LowerSeverity,
  OnCallLine,
  OnCallList,
  OnCallPage,
  ResolveEscalation,
  Severity,
  Uuid,
} from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'
import { isHeld, isOver } from './urgency'

const LOOK_MS = 15_000 // a clinician's phone sleeps; whatever woke it, the page is at most this old
const SEVERITY: Record<string, number> = { critical: 0, high: 1, concern: 2 }

/** What somebody can do next; exactly one of these is the big button. */
export type Stage = 'take' | 'start' | 'work' | 'theirs' | 'over'

export function stage(page: Pick<OnCallPage, 'state' | 'acknowledged_by' | 'acknowledged_by_me'>): Stage {
  if (isOver(page.state)) return 'over'
  if (page.acknowledged_by && !page.acknowledged_by_me) return 'theirs'
  if (!page.acknowledged_by_me) return 'take'
  return page.state === 'in_progress' ? 'work' : 'start'
}

/** What it may be made: less urgent than it is, the nearest first. */
export function calmer(severity: Severity): Severity[] {
  const order: Severity[] = ['critical', 'high', 'concern']
  return order.slice(order.indexOf(severity) + 1)
}

/** Nobody's before somebody's, then by severity, then the longest wait. */
export function byCall(a: OnCallLine, b: OnCallLine): number {
  const held = (line: OnCallLine) => Number(line.acknowledged_by !== null || isHeld(line.state))
  const severity = (line: OnCallLine) => SEVERITY[line.severity] ?? 0
  return held(a) - held(b) || severity(a) - severity(b) || Date.parse(a.raised_at) - Date.parse(b.raised_at)
}

export class OpenCalls {
  readonly list: Fresh<OnCallList>
  now = $state(0)
  readonly lines: OnCallLine[] = $derived.by(() => [...(this.list.value?.open ?? [])].sort(byCall))
  readonly #house: House

  constructor(house: House) {
    this.#house = house
    this.list = new Fresh(() => house.doors.onCall())
    this.now = house.session.now()
  }

  start(): () => void {
    return keepLooking(this.#house, async () => {
      await this.list.load()
      this.now = this.#house.session.now()
    })
  }
}

export class Call {
  readonly page: Fresh<OnCallPage>
  readonly attempt = new Attempt()
  readonly reading = new Attempt()
  now = $state(0)
  /** The conversation itself, once a reason was given. */
  transcript = $state.raw<readonly AnyLogEvent[] | undefined>()
  readonly #house: House
  readonly #id: Uuid

  constructor(house: House, id: Uuid) {
    this.#house = house
    this.#id = id
    this.page = new Fresh(() => house.doors.onCallPage(id))
    this.now = house.session.now()
  }

  start(): () => void {
    return keepLooking(this.#house, async () => {
      await this.page.load()
      this.now = this.#house.session.now()
    })
  }

  step(step: OnCallStep): Promise<boolean> {
    return this.#do(() => this.#house.doors.onCallStep(this.#id, step))
  }

  lower(body: LowerSeverity): Promise<boolean> {
    return this.#do(() => this.#house.doors.lower(this.#id, body))
  }

  async resolve(body: ResolveEscalation): Promise<boolean> {
    const done = await this.#do(() => this.#house.doors.resolve(this.#id, body))
    if (done) this.closeTranscript() // the reason for reading is over, and so is the reading
    return done
  }

  async read(reason: string): Promise<void> {
    const answer = await this.reading.run(() => this.#house.doors.transcript(this.#id, { reason: reason.trim() }))
    if (answer) this.transcript = answer.events
  }

  closeTranscript(): void {
    this.transcript = undefined
  }

  // Somebody else may have been quicker: whatever the answer, the page then shows how things stand.
  async #do(act: () => Promise<OnCallPage>): Promise<boolean> {
    const page = await this.attempt.run(act)
    if (page) this.page.value = page
    else await this.page.load()
    this.now = this.#house.session.now()
    return page !== undefined
  }
}

function keepLooking(house: House, look: () => Promise<void>): () => void {
  let stopped = false
  const tick = () => {
    if (stopped) return
    void look()
    house.session.clock.after(LOOK_MS, tick)
  }
  tick()
  const quiet = house.session.onChange(['escalations'], () => void look())
  return () => {
    stopped = true
    quiet()
  }
}
