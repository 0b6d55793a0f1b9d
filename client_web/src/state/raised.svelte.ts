// An escalation as the peer who raised it sees it: truthful at each moment, looked at again while nobody has answered.

import type { Cancel } from '../net/clock'
import type { EscalationStatus, EscalationStep, Uuid } from '../net/wire'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'
import { isHeld, isOver } from './urgency'

const LOOK_MS = 5_000 // while nobody has answered, a hint that got lost may cost no more than this
const LOOK_HELD_MS = 15_000 // somebody has it: what is still looked for is whether the person is there

export class Raised {
  readonly status: Fresh<EscalationStatus>
  /** When what is shown was true, by the server's clock. */
  asOf = $state(0)
  /** The time for reaching somebody has run out, by our own count: nobody had to tell us. */
  late = $state(false)
  readonly #house: House
  #asked = 0
  #running: Cancel | undefined

  /** `known`: what the house answered to raising it, so that the count runs even if nothing more gets through. */
  constructor(house: House, id: Uuid, known?: EscalationStatus) {
    this.#house = house
    this.#asked = house.session.clock.now()
    this.status = new Fresh(() => {
      this.#asked = house.session.clock.now()
      return house.doors.escalation(id)
    })
    if (known?.escalation === id) this.learn(known)
  }

  /** Follows it until the returned function is called. */
  start(): () => void {
    let stopped = false
    let looked = 0
    const session = this.#house.session
    const look = async () => {
      looked = session.clock.now()
      await this.status.load()
      if (this.status.value && !this.status.trouble) this.learn(this.status.value)
    }
    const tick = () => {
      if (stopped) return
      const state = this.status.value?.state
      const held = state !== undefined && isHeld(state)
      const due = session.clock.now() - looked >= (held ? LOOK_HELD_MS : LOOK_MS)
      if (state === undefined || (due && !isOver(state))) void look()
      session.clock.after(LOOK_MS, tick)
    }
    void look()
    const quiet = session.onChange(['escalations', 'conversations'], () => void look())
    session.clock.after(LOOK_MS, tick)
    return () => {
      stopped = true
      quiet()
      this.#running?.()
    }
  }

  /** How things stand, as the house just said. The time that is left is counted from our asking, so never too late; the device's own clock is not believed. */
  learn(status: EscalationStatus): void {
    const { clock } = this.#house.session
    this.status.value = status
    this.asOf = Date.parse(status.now)
    this.late = status.not_delivered
    this.#running?.()
    this.#running = undefined
    if (status.undelivered_from === null || status.not_delivered) return
    const left = Date.parse(status.undelivered_from) - Date.parse(status.now) - (clock.now() - this.#asked)
    this.#running = clock.after(Math.max(0, left), () => {
      this.late = true
    })
  }
}

export type Banner = 'undelivered' | 'unanswered'

/** What stands in red: nothing got through, or everybody was asked and nobody answered. Undefined once somebody has it, or it is over. */
export function bannerOf(status: Pick<EscalationStatus, 'state' | 'not_delivered'>, late: boolean): Banner | undefined {
  if (isOver(status.state) || isHeld(status.state)) return undefined
  if (status.not_delivered || late) return 'undelivered'
  return status.state === 'exhausted' ? 'unanswered' : undefined
}

export type MomentKind =
  | 'raised'
  | 'asking'
  | 'asking_next'
  | 'delivered'
  | 'handed_back'
  | 'unanswered'
  | 'undelivered'
  | 'acknowledged'
  | 'began'
  | 'joined'
  | 'resolved'
  | 'cancelled'

/** How things stand, in one line: what was last true, since when, and who. */
export interface Moment {
  kind: MomentKind
  at: string
  who: string | null
  /** Which person on the list, from 1. */
  rung: number
}

/** The one truth of this moment. What was delivered is not answered; what was handed back is nobody's again. */
export function momentOf(
  status: Pick<EscalationStatus, 'state' | 'not_delivered' | 'steps'>,
  late = status.not_delivered,
): Moment {
  const { steps } = status
  const place = (...kinds: string[]) => steps.findLastIndex((step) => kinds.includes(step.kind))
  const moment = (kind: MomentKind, step: EscalationStep | undefined): Moment => ({
    kind,
    at: step?.at ?? steps[0]?.at ?? '',
    who: step?.who ?? null,
    rung: step?.rung ?? 1,
  })
  const taken = place('acknowledged')
  if (status.state === 'resolved') return moment('resolved', steps[place('resolved')])
  if (status.state === 'cancelled') return moment('cancelled', steps[place('cancelled')])
  if (place('joined') > taken && status.state === 'in_progress') return moment('joined', steps[place('joined')])
  if (status.state === 'in_progress') return moment('began', steps[place('started')])
  if (status.state === 'acknowledged') return moment('acknowledged', steps[taken])
  const banner = bannerOf(status, late)
  if (banner === 'undelivered') return moment('undelivered', steps[place('raised', 'unacknowledged', 'more_urgent')])
  if (banner === 'unanswered') return moment('unanswered', steps[place('exhausted')])
  const asked = place('asked')
  const back = place('unacknowledged')
  if (back > asked) return moment('handed_back', steps[back])
  if (place('delivered') > asked) return moment('delivered', steps[place('delivered')])
  if (asked < 0) return moment('raised', steps[0])
  const first = asked === steps.findIndex((step) => step.kind === 'asked')
  return moment(first ? 'asking' : 'asking_next', steps[asked])
}

/** The four stages of the way to a person, each with the step that reached it, or undefined while it has not been. */
export interface Way {
  raised: EscalationStep | undefined
  told: EscalationStep | undefined
  seen: EscalationStep | undefined
  closed: EscalationStep | undefined
  /** What happened besides, in order: the next person asked, started, joined, handed back, everybody tried, the person left, taken back. */
  besides: EscalationStep[]
}

const STAGES: ReadonlySet<string> = new Set(['raised', 'delivered', 'acknowledged', 'resolved'])

/** Where it is now. Handed back means: nobody holds it, so the stage `seen` is open again. */
export function way(steps: readonly EscalationStep[]): Way {
  const last = (kind: string) => steps.findLastIndex((step) => step.kind === kind)
  const held = last('acknowledged') > last('unacknowledged') ? steps[last('acknowledged')] : undefined
  return {
    raised: steps.find((step) => step.kind === 'raised'),
    told: steps[last('delivered')],
    seen: held,
    closed: steps[last('resolved')],
    besides: steps.filter(
      (step, at) => !STAGES.has(step.kind) && at !== steps.findIndex((one) => one.kind === 'asked'),
    ),
  }
}
