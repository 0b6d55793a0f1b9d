// One report as a moderator works on it: opened, claimed, acted on, closed. Whatever the house answers is what is shown.

import type { CloseReport, HideMessage, ReportOpened, StepOut, Uuid } from '../net/wire'
import { Attempt } from './attempt.svelte'
import { Fresh } from './fresh.svelte'
import type { House } from './staff.svelte'

export type Done = 'claimed' | 'hidden' | 'restored' | 'steppedOut' | 'closedNow'

const RENEW_MS = 30_000 // a claim lasts a minute unless it is renewed; twice as often, so that one lost try costs nothing

export class Judging {
  readonly report: Fresh<ReportOpened>
  readonly attempt = new Attempt()
  /** What was just done, to be said. */
  done = $state<Done | undefined>()
  readonly #house: House
  readonly #id: Uuid

  constructor(house: House, id: Uuid) {
    this.#house = house
    this.#id = id
    this.report = new Fresh(() => house.doors.openReport(id))
  }

  start(): () => void {
    const session = this.#house.session
    let stopped = false
    const renew = () => {
      if (stopped) return
      if (this.report.value?.claimed_by_me && this.report.value.state !== 'closed') void this.#renew()
      session.clock.after(RENEW_MS, renew)
    }
    session.clock.after(RENEW_MS, renew)
    const quiet = this.report.follow(session, 'reports')
    return () => {
      stopped = true
      quiet()
    }
  }

  claim(): Promise<boolean> {
    return this.#do('claimed', () => this.#house.doors.claimReport(this.#id))
  }

  hide(body: HideMessage): Promise<boolean> {
    return this.#do('hidden', () => this.#house.doors.hideReported(this.#id, body))
  }

  restore(): Promise<boolean> {
    return this.#do('restored', () => this.#house.doors.restoreReported(this.#id))
  }

  stepOut(body: StepOut): Promise<boolean> {
    return this.#do('steppedOut', () => this.#house.doors.stepOut(this.#id, body))
  }

  close(body: CloseReport): Promise<boolean> {
    return this.#do('closedNow', () => this.#house.doors.closeReport(this.#id, body))
  }

  async #do(done: Done, act: () => Promise<ReportOpened>): Promise<boolean> {
    this.done = undefined
    const report = await this.attempt.run(act)
    if (report) {
      this.report.value = report
      this.done = done
    } else {
      await this.report.load() // somebody may have been quicker: show how things stand
    }
    return report !== undefined
  }

  async #renew(): Promise<void> {
    const quietly = new Attempt()
    const report = await quietly.run(() => this.#house.doors.claimReport(this.#id))
    if (report) this.report.value = report
    else await this.report.load()
  }
}
