// What somebody has written and the house has not confirmed yet: one in flight at a time, in order, under ids that never change.

import { backoff, CAP_OPEN_MS } from '../net/backoff'
import type { Cancel, Clock } from '../net/clock'
import { OutOfTouch, Refused } from '../net/http'
import type { Accepted, Uuid } from '../net/wire'

const SLOW_MS = 2_000 // where a "slow down" names no time
const AWAY_AFTER_MS = 3_000 // no answer over the socket for this long: say "not sent yet", and go on waiting for it

/**
 * `waiting` for its turn or an answer; `unsent`: we are out of touch; `stored`: the house has it, and its line is on the way;
 * `refused`: the house will not take it, and says why.
 */
export type PendingState = 'waiting' | 'unsent' | 'stored' | 'refused'

export interface Pending {
  readonly clientId: Uuid
  readonly body: string
  readonly writtenAt: number
  readonly state: PendingState
  /** The house's own words, where it refused. */
  readonly why: string | null
}

export interface OutboxParts {
  clock: Clock
  random(): number
  newId(): Uuid
  /** Over the socket; false where it is not in touch. The answer comes through `accepted` or `refused`. */
  say(item: Pending): boolean
  /** Over HTTPS. */
  post(item: Pending): Promise<Accepted>
  accepted(item: Accepted): void
  changed(items: readonly Pending[]): void
}

export class Outbox {
  items: readonly Pending[] = []
  readonly #parts: OutboxParts
  #flight: { id: Uuid; over: 'socket' | 'https'; late: Cancel } | undefined
  #attempt = 0
  #again: Cancel | undefined
  #left = false

  constructor(parts: OutboxParts) {
    this.#parts = parts
  }

  /** True while words would be lost with the page. */
  get holdsWords(): boolean {
    return this.items.some((item) => item.state !== 'stored')
  }

  add(body: string): Pending {
    const item: Pending = {
      clientId: this.#parts.newId(),
      body,
      writtenAt: this.#parts.clock.now(),
      state: 'waiting',
      why: null,
    }
    this.#set([...this.items, item])
    this.#go()
    return item
  }

  /** Takes a refused message away, and gives back its words. */
  takeBack(clientId: Uuid): string | undefined {
    const item = this.items.find((other) => other.clientId === clientId)
    if (item?.state !== 'refused') return undefined
    this.#set(this.items.filter((other) => other !== item))
    return item.body
  }

  /** In touch: what was in flight goes again, under the same id. A request that is still on its way may hang for long, and does no harm. */
  inTouch(): void {
    this.#land()
    this.#attempt = 0
    this.#again?.()
    this.#again = undefined
    this.#go()
  }

  /** The socket is away: try over HTTPS at once. */
  outOfTouch(): void {
    if (this.#flight?.over === 'socket') this.#land()
    this.#go()
  }

  /** The house has it: after its commit, never before. */
  stored(clientId: Uuid): void {
    if (!this.items.some((item) => item.clientId === clientId)) return
    this.#mark(clientId, 'stored')
    this.#next(clientId)
  }

  /** Its line is on the page: the pending twin goes. */
  arrived(clientId: Uuid): void {
    if (!this.items.some((item) => item.clientId === clientId)) return
    this.#set(this.items.filter((item) => item.clientId !== clientId))
    this.#next(clientId)
  }

  refused(clientId: Uuid, refusal: { code: string; message: string; retryAfterMs: number | null }): void {
    if (this.#flight?.id === clientId) this.#land()
    if (waits(refusal.code)) {
      this.#rest(refusal.retryAfterMs ?? SLOW_MS)
      return
    }
    this.#mark(clientId, 'refused', refusal.message)
    this.#go()
  }

  /** The conversation is left: nothing more is tried. */
  stop(): void {
    this.#left = true
    this.#land()
    this.#again?.()
  }

  #next(clientId: Uuid): void {
    if (this.#flight?.id === clientId) this.#land()
    this.#attempt = 0
    this.#go()
  }

  #go(): void {
    const next = this.items.find((item) => item.state === 'waiting' || item.state === 'unsent')
    if (!next || this.#flight || this.#again || this.#left) return
    if (this.#parts.say(next)) this.#sail(next, 'socket')
    else void this.#overHttps(next)
  }

  #sail(item: Pending, over: 'socket' | 'https'): object {
    const late = this.#parts.clock.after(AWAY_AFTER_MS, () => {
      this.#mark(item.clientId, 'unsent')
    })
    this.#flight = { id: item.clientId, over, late }
    return this.#flight
  }

  async #overHttps(item: Pending): Promise<void> {
    const flight = this.#sail(item, 'https')
    try {
      const accepted = await this.#parts.post(item)
      if (accepted.client_id !== item.clientId) throw new OutOfTouch('not ours') // a sign-in page may speak JSON, too
      if (!this.#left) this.#parts.accepted(accepted)
    } catch (trouble) {
      if (this.#left || this.#flight !== flight) return // it went again by another way, which tells
      if (trouble instanceof Refused && trouble.status < 500) this.refused(item.clientId, trouble)
      else if (trouble instanceof Refused || trouble instanceof OutOfTouch) this.#missed(item, trouble.retryAfterMs)
      else {
        this.#missed(item, null)
        throw trouble
      }
    }
  }

  #missed(item: Pending, retryAfterMs: number | null): void {
    this.#land()
    this.#mark(item.clientId, 'unsent')
    const wait = backoff(this.#attempt, CAP_OPEN_MS, () => this.#parts.random())
    this.#attempt += 1
    this.#rest(wait + (retryAfterMs ?? 0))
  }

  #rest(ms: number): void {
    this.#again?.()
    this.#again = this.#parts.clock.after(ms, () => {
      this.#again = undefined
      this.#go()
    })
  }

  #land(): void {
    this.#flight?.late()
    this.#flight = undefined
  }

  #mark(clientId: Uuid, state: PendingState, why: string | null = null): void {
    this.#set(this.items.map((item) => (item.clientId === clientId ? { ...item, state, why } : item)))
  }

  #set(items: readonly Pending[]): void {
    this.items = items
    this.#parts.changed(items)
  }
}

/** Refusals after which the same may be asked later. All others need the person. */
export function waits(code: string): boolean {
  return code === 'slow_down' || code === 'busy' || code === 'unavailable' || code === 'too_many_tries'
}
