// What a line to the house is made of, and by what it ends: a socket, or the same over HTTPS.

import type { Clock } from './clock'
import { Refused } from './http'
import { closeCodes, type AnyEvent, type Ticket } from './wire'

/** Why a line will not come back by itself. */
export type Ending = 'signed_out' | 'blocked' | 'another_tab' | 'outdated'
export type Touch = 'resting' | 'reaching' | 'in_touch' | 'lost' | Ending

/** As much of a WebSocket as we use. */
export interface Wire {
  onopen: (() => void) | null
  onmessage: ((message: { data: unknown }) => void) | null
  onclose: ((ended: { code: number; retryAfterMs?: number | null }) => void) | null
  onerror: (() => void) | null
  send(text: string): void
  close(code?: number): void
}

export interface SocketParts {
  open(): Wire
  /** The same over HTTPS, for networks that refuse sockets. */
  poll(): Wire
  ticket(): Promise<Ticket>
  clock: Clock
  random(): number
}

export interface SocketEars {
  frame(event: AnyEvent): void
  touch(touch: Touch): void
  /** The server asked us to forget every cursor (4010). */
  afresh(): void
}

/** A real one. Its handlers take an event each; ours read only the fields that `Wire` names. */
export function webSocket(address: string): Wire {
  return new WebSocket(address) as unknown as Wire
}

const ENDINGS: ReadonlyMap<number, Ending> = new Map([
  [closeCodes.signed_out, 'signed_out'],
  [closeCodes.blocked, 'blocked'],
  [closeCodes.another_tab, 'another_tab'],
  [closeCodes.too_old, 'outdated'],
])
const OURS: ReadonlySet<number> = new Set(Object.values(closeCodes))

/** For good, or undefined: it may come back. */
export function endingOf(code: number): Ending | undefined {
  return ENDINGS.get(code)
}

/** Whether the house itself ended it: then it was there. */
export function isFromTheHouse(code: number): boolean {
  return OURS.has(code)
}

/** The same, where the house gave no ticket. */
export function endingFor(trouble: unknown): Ending | undefined {
  if (!(trouble instanceof Refused)) return undefined
  if (trouble.status === 401) return 'signed_out'
  if (trouble.code === 'suspended') return 'blocked'
  return trouble.code === 'upgrade_required' ? 'outdated' : undefined
}
