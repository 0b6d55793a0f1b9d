// For tests: a staff house whose doors answer from a table, on a clock turned by hand. Nothing of it is in any page.

import { HandClock } from '../net/clock'
import { Http } from '../net/http'
import { staffDoors } from '../net/staff_doors'
import type { AnyEvent, Me, RoleCard, Topic } from '../net/wire'
import type { Wire } from '../net/line'
import { Session } from './session.svelte'
import type { House } from './staff.svelte'

export interface Asked {
  method: string
  path: string
  body: unknown
}

export type Answer = (asked: Asked) => unknown

/** An answer of the house that says no. */
export class No {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    this.status = status
    this.code = code
  }
}

export class FakeStaffHouse implements House {
  readonly clock = new HandClock()
  readonly asked: Asked[] = []
  readonly session: Session
  readonly doors: House['doors']
  network = true
  #wire: FakeWire | undefined

  /** `answers`: by method and path (`GET /api/desk`). */
  constructor(answers: Record<string, Answer>) {
    const fetch = (path: string, init: RequestInit): Promise<Response> => {
      if (!this.network) return Promise.reject(new TypeError('no network'))
      const asked = { method: init.method ?? 'GET', path, body: bodyOf(init) }
      this.asked.push(asked)
      const answer = (answers[`${asked.method} ${path}`] ?? usual[`${asked.method} ${path}`])?.(asked)
      if (answer === undefined) return Promise.resolve(refusal(new No(404, 'not_found')))
      return Promise.resolve(answer instanceof No ? refusal(answer) : Response.json(answer))
    }
    const http = new Http(fetch)
    this.doors = staffDoors(http)
    const openSocket = () => (this.#wire = new FakeWire(this))
    this.session = new Session({ http, doors: this.doors, openSocket, clock: this.clock, random: () => 0.5 })
  }

  /** Signs in, and is in touch. */
  async enter(me: Me): Promise<void> {
    this.session.welcome(me)
    await this.clock.turn(0)
  }

  welcome(): void {
    this.push({
      type: 'welcome',
      account: this.session.me?.account ?? '',
      epoch: 'one',
      server_time: new Date(this.clock.now()).toISOString(),
      heartbeat_seconds: 20,
      ref: null,
    })
  }

  push(event: AnyEvent): void {
    this.#wire?.onmessage?.({ data: JSON.stringify(event) })
  }

  async changed(what: Topic): Promise<void> {
    this.push({ type: 'changed', what })
    await this.settle()
  }

  /** Lets every answer that is under way arrive; the clock stands still. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) await new Promise((done) => setTimeout(done, 0))
  }

  count(path: string): number {
    return this.asked.filter((one) => `${one.method} ${one.path}` === path).length
  }
}

const usual: Record<string, Answer> = {
  'POST /api/tickets': () => ({ ticket: 't'.repeat(16), expires_at: '' }),
}

class FakeWire implements Wire {
  onopen: Wire['onopen'] = null
  onmessage: Wire['onmessage'] = null
  onclose: Wire['onclose'] = null
  onerror: Wire['onerror'] = null
  readonly #house: FakeStaffHouse

  constructor(house: FakeStaffHouse) {
    this.#house = house
    house.clock.after(0, () => this.onopen?.())
  }

  send(text: string): void {
    if (text.includes('"hello"')) this.#house.welcome() // to anything else the house has nothing to say
  }

  close(): void {
    this.onmessage = null
  }
}

export function meWith(...permissions: string[]): Me {
  const may = permissions.map((permission) => ({ permission, words: permission }))
  const card: RoleCard = { role: 'peer', title: 'Peer', purpose: '', may, may_not: [] }
  return {
    account: 'ada',
    pseudonym: 'Ada',
    hub: 'northside',
    hub_name: 'Northside',
    roles: ['peer'],
    cards: [card],
    has_password: true,
    has_second_factor: false,
    second_factor_needed: false,
    urgent_places: [],
    safe_site: 'https://example.org',
  }
}

function bodyOf(init: RequestInit): unknown {
  return typeof init.body === 'string' ? JSON.parse(init.body) : undefined
}

function refusal(no: No): Response {
  const body = { code: no.code, message: `No: ${no.code}.`, field: null, retry_after_ms: null }
  return Response.json(body, { status: no.status })
}
