// An escalation as the peer who raised it sees it: truthful at each moment, looked at again while nobody has answered.

import type { EscalationStatus, EscalationStep, Uuid } from '../net/wire'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'
import { isHeld, isOver } from './urgency'

const LOOK_MS = 5_000 // while nobody has answered, a hint that got lost may cost no more than this

export class Raised {
  readonly status: Fresh<EscalationStatus>
  /** When what is shown was true, by the server's clock. */
  asOf = $state(0)
  readonly #house: House

  constructor(house: House, id: Uuid) {
    this.#house = house
    this.status = new Fresh(() => house.doors.escalation(id))
  }

  /** Follows it until the returned function is called. */
  start(): () => void {
    let stopped = false
    const session = this.#house.session
    const look = async () => {
      await this.status.load()
      if (!this.status.trouble) this.asOf = session.now()
    }
    const tick = () => {
      if (stopped) return
      const state = this.status.value?.state
      if (state === undefined || !(isHeld(state) || isOver(state))) void look()
      session.clock.after(LOOK_MS, tick)
    }
    void look()
    const quiet = session.onChange(['escalations'], () => void look())
    session.clock.after(LOOK_MS, tick)
    return () => {
      stopped = true
      quiet()
    }
  }
}

/** The four stages of the way to a person, each with the step that reached it, or undefined while it has not been. */
export interface Way {
  raised: EscalationStep | undefined
  told: EscalationStep | undefined
  seen: EscalationStep | undefined
  closed: EscalationStep | undefined
  /** What happened besides, in order: started, joined, handed back, everybody tried, taken back. */
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
    besides: steps.filter((step) => !STAGES.has(step.kind)),
  }
}
