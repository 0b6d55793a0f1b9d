// One log of one conversation, as a pure value: what has been shown, what is held back by a gap, and where the log is known to end.

import type { AnyLogEvent, Author, EventPage, Hidden, LeaveReason, NoticeKind, Uuid } from '../net/wire'

export interface Said {
  kind: 'said'
  seq: number
  at: string
  author: Author
  clientId: Uuid
  body: string | null
  hidden: Hidden | null
  unreadable: boolean
  edited: boolean
}

/** Something that happened, said by the house. */
export type Happening =
  | { kind: 'notice'; seq: number; at: string; notice: NoticeKind }
  | { kind: 'joined'; seq: number; at: string; who: Author }
  | { kind: 'left'; seq: number; at: string; who: Author; reason: LeaveReason }
  | { kind: 'closed' | 'reopened'; seq: number; at: string }

export type Line = Said | Happening

/** An event that changes an older line. */
type Change = Extract<AnyLogEvent, { target_seq: number }>

export interface Timeline {
  readonly epoch: string
  readonly me: Uuid
  /** The last position that is shown: everything up to it has been applied, in order. */
  readonly have: number
  /** The last position we have heard of. Greater than `have`: something is missing. */
  readonly known: number
  /** Older lines exist than the first one here. */
  readonly earlier: boolean
  /** The lowest position that has been loaded; 0 before anything has. */
  readonly from: number
  readonly lines: readonly Line[]
  readonly held: ReadonlyMap<number, AnyLogEvent>
  /** Changes whose line is on an earlier page that is not loaded: applied again, last, when it comes. */
  readonly owed: readonly Change[]
}

export function emptyTimeline(me: Uuid, epoch = ''): Timeline {
  return { epoch, me, have: 0, known: 0, earlier: false, from: 0, lines: [], held: new Map(), owed: [] }
}

export const isBehind = (timeline: Timeline): boolean => timeline.known > timeline.have

/** A position that the server named: in a heartbeat, a `subscribed`, or the answer to our own send. */
export function heardOf(timeline: Timeline, lastSeq: number): Timeline {
  return lastSeq > timeline.known ? { ...timeline, known: lastSeq } : timeline
}

/** One event as it arrives: older than what we have is dropped, the next is shown, anything later waits for the hole to close. */
export function take(timeline: Timeline, event: AnyLogEvent): Timeline {
  if (event.seq <= timeline.have || timeline.held.has(event.seq)) return timeline
  const held = new Map(timeline.held).set(event.seq, event)
  return showHeld({ ...timeline, held, known: Math.max(timeline.known, event.seq) })
}

/** A page of what came after: the same rule for each event. Another epoch than ours means: start over from this page. */
export function takePage(timeline: Timeline, page: EventPage): Timeline {
  const known = heardOf(timeline, page.last_seq)
  return page.events.reduce(take, known)
}

/** The newest page, into an empty timeline. Where the log begins for this person, it may begin above 1. */
export function openPage(me: Uuid, page: EventPage): Timeline {
  const first = page.events[0]?.seq ?? page.last_seq + 1
  const empty = { ...emptyTimeline(me, page.epoch), have: first - 1, from: first, earlier: page.earlier }
  return takePage(empty, page)
}

/** The page before the first one here. What we already know to have changed since then wins over what the page tells. */
export function takeEarlier(timeline: Timeline, page: EventPage): Timeline {
  const older = page.events.filter((event) => event.seq < timeline.from)
  const start: Timeline = { ...timeline, lines: [], owed: [] }
  const loaded = older.reduce(apply, start)
  const together: Timeline = {
    ...timeline,
    from: older[0]?.seq ?? timeline.from,
    earlier: page.earlier && older.length > 0,
    lines: [...loaded.lines, ...timeline.lines],
    owed: loaded.owed,
  }
  return timeline.owed.reduce(apply, together)
}

function showHeld(timeline: Timeline): Timeline {
  let next = timeline
  const held = new Map(timeline.held)
  for (;;) {
    const event = held.get(next.have + 1)
    if (!event) break
    held.delete(event.seq)
    next = { ...apply(next, event), have: event.seq, from: next.from || event.seq }
  }
  return { ...next, held }
}

function apply(timeline: Timeline, event: AnyLogEvent): Timeline {
  if ('target_seq' in event) return change(timeline, event)
  const line = lineOf(event)
  return line ? { ...timeline, lines: [...timeline.lines, line] } : timeline
}

function change(timeline: Timeline, event: Change): Timeline {
  const place = timeline.lines.findIndex((line) => line.seq === event.target_seq)
  const line = timeline.lines[place]
  if (!line) return { ...timeline, owed: [...timeline.owed, event] }
  if (line.kind !== 'said') return timeline
  return { ...timeline, lines: timeline.lines.with(place, changed(line, event, timeline.me)) }
}

function changed(line: Said, event: Change, me: Uuid): Said {
  switch (event.type) {
    case 'message.edited':
      return { ...line, body: event.body, edited: true }
    case 'message.redacted': {
      const keeps = line.author.account === me // its author goes on seeing what they wrote, with the reason
      return { ...line, hidden: { reason: event.reason }, body: keeps ? line.body : null }
    }
    case 'message.restored':
      return { ...line, hidden: null, body: event.body, unreadable: event.body === null }
  }
}

/** A line for each event that is one; undefined for a kind that this page is too old to know. */
function lineOf(event: Exclude<AnyLogEvent, Change>): Line | undefined {
  const { seq, at } = event
  switch (event.type) {
    case 'message.posted': {
      const { author, client_id: clientId, body, hidden, unreadable, edited } = event
      return { kind: 'said', seq, at, author, clientId, body, hidden, unreadable, edited }
    }
    case 'notice.posted':
      return { kind: 'notice', seq, at, notice: event.notice }
    case 'participant.joined':
      return { kind: 'joined', seq, at, who: event.who }
    case 'participant.left':
      return { kind: 'left', seq, at, who: event.who, reason: event.reason }
    case 'conversation.closed':
      return { kind: 'closed', seq, at }
    case 'conversation.reopened':
      return { kind: 'reopened', seq, at }
    default:
      return undefined
  }
}
