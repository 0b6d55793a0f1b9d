// Who is writing, and how far others have read: two small facts about people, as pure values.

import type { ParticipantShown, Uuid } from '../net/wire'

export const WRITING_MS = 6_000 // a "writing" is forgotten after this, unless it is said again
export const SAY_WRITING_MS = 3_000 // and said again at most this often

/** Account -> when their "writing" runs out, in milliseconds. */
export type Writing = ReadonlyMap<Uuid, number>
/** Account -> the last position that has been on their screen. */
export type Seen = ReadonlyMap<Uuid, number>

export const nobodyWriting: Writing = new Map()
export const nothingSeen: Seen = new Map()

export function startsWriting(writing: Writing, account: Uuid, now: number): Writing {
  return new Map(writing).set(account, now + WRITING_MS)
}

/** Their message arrived, or they left. */
export function stopsWriting(writing: Writing, account: Uuid): Writing {
  if (!writing.has(account)) return writing
  const next = new Map(writing)
  next.delete(account)
  return next
}

export function stillWriting(writing: Writing, now: number): Writing {
  return new Map([...writing].filter(([, until]) => until > now))
}

export function seenFrom(participants: readonly ParticipantShown[]): Seen {
  return new Map(participants.map((one) => [one.who.account, one.seen_seq]))
}

/** Seeing only ever moves forward. */
export function seenMoves(seen: Seen, account: Uuid, seq: number): Seen {
  return seq > (seen.get(account) ?? 0) ? new Map(seen).set(account, seq) : seen
}

/** The last position that somebody other than `me` has seen. */
export function seenByOthers(seen: Seen, me: Uuid): number {
  return Math.max(0, ...[...seen].filter(([account]) => account !== me).map(([, seq]) => seq))
}
