// What the desk shows first. Pure: the desk's snapshot in, sections of lines out, most urgent on top.

import type * as wire from '../net/wire'

export type Tone = 'danger' | 'warn' | 'calm' | 'plain'
export type SectionName = 'now' | 'reports' | 'appeals' | 'waiting' | 'answered' | 'conversations'

interface Told {
  /** Stays the same while the thing is the same thing: `report:<id>`. */
  key: string
  tone: Tone
  /** Milliseconds since 1970 from which it has been waiting. */
  since: number
  /** Changes when somebody should look at the line again. */
  print: string
}

export type Line = Told &
  (
    | { kind: 'escalation'; it: wire.EscalationLine; about: wire.ConversationShown | undefined }
    | { kind: 'report'; it: wire.ReportLine }
    | { kind: 'appeal'; it: wire.AppealLine }
    | { kind: 'waiting'; it: wire.Waiting }
    | { kind: 'conversation'; it: wire.ConversationShown; unread: number }
  )

export interface Section {
  name: SectionName
  lines: Line[]
}

const SEVERITY: Record<wire.Severity, number> = { critical: 0, high: 1, concern: 2 }
const OVER: ReadonlySet<string> = new Set(['resolved', 'cancelled'])
const HELD: ReadonlySet<string> = new Set(['acknowledged', 'in_progress'])
// Somebody who may be at risk comes before unkindness, whatever the count: a wait there cannot be made good.
const REASONS: Record<string, number> = { worried: 0, sexual: 1, contact: 2, unkind: 3, other: 4 }

/** Sections in order of urgency; a section with nothing in it is left out. */
export function sections(desk: wire.Desk): Section[] {
  const line = [...desk.waiting].sort(byLine).map(waiting)
  const all: Section[] = [
    { name: 'now', lines: [...raised(desk, false), ...line.filter(isUnsafe)].sort(byAnswer) },
    { name: 'reports', lines: [...desk.reports].sort(byHarm).map(report) },
    { name: 'appeals', lines: [...desk.appeals].sort((a, b) => since(a.at) - since(b.at)).map(appeal) },
    { name: 'waiting', lines: line.filter((one) => !isUnsafe(one)) },
    { name: 'answered', lines: raised(desk, true) },
    { name: 'conversations', lines: [...desk.conversations].sort(byTalk).map(conversation) },
  ]
  return all.filter((section) => section.lines.length > 0)
}

/** Nothing more happens to it by itself. */
export function isOver(state: string): boolean {
  return OVER.has(state)
}

/** A named person has answered. */
export function isHeld(state: string): boolean {
  return HELD.has(state)
}

function since(at: wire.Instant): number {
  return Date.parse(at)
}

function raised(desk: wire.Desk, over: boolean): Line[] {
  const lines = desk.escalations.filter((it) => isOver(it.state) === over).sort(byNeed)
  return lines.map((it) =>
    escalation(
      it,
      desk.conversations.find((one) => one.conversation === it.conversation),
    ),
  )
}

function isUnsafe(line: Line): boolean {
  return line.kind === 'waiting' && line.it.unsafe
}

// What a clinician holds already comes after whoever is not safe and has met nobody yet.
function byAnswer(a: Line, b: Line): number {
  const held = (line: Line) => Number(line.kind === 'escalation' && isHeld(line.it.state))
  return held(a) - held(b)
}

// Nobody reached yet, then nobody answered yet, then held; within each by severity, then the longest wait.
function byNeed(a: wire.EscalationLine, b: wire.EscalationLine): number {
  return reach(a) - reach(b) || SEVERITY[a.severity] - SEVERITY[b.severity] || since(a.raised_at) - since(b.raised_at)
}

function reach(line: wire.EscalationLine): number {
  if (line.state === 'exhausted') return 0
  return isHeld(line.state) ? 2 : 1
}

// Mine and nobody's before what somebody else already has.
function byHarm(a: wire.ReportLine, b: wire.ReportLine): number {
  const taken = (line: wire.ReportLine) => Number(line.claimed_by !== null && !line.claimed_by_me)
  const reason = (line: wire.ReportLine) => REASONS[line.reason] ?? REASONS['other'] ?? 0
  return taken(a) - taken(b) || reason(a) - reason(b) || b.reports - a.reports || since(a.at) - since(b.at)
}

function byLine(a: wire.Waiting, b: wire.Waiting): number {
  return Number(b.unsafe) - Number(a.unsafe) || since(a.asked_at) - since(b.asked_at)
}

// Ended ones last; a one-to-one before a room, because one person is waiting for this person; unread before read.
function byTalk(a: wire.ConversationShown, b: wire.ConversationShown): number {
  const room = (it: wire.ConversationShown) => Number(it.kind !== 'one_to_one')
  const unread = (it: wire.ConversationShown) => Number(it.last_seq > it.seen_seq)
  return (
    Number(b.open) - Number(a.open) ||
    room(a) - room(b) ||
    unread(b) - unread(a) ||
    since(b.opened_at) - since(a.opened_at)
  )
}

function escalation(it: wire.EscalationLine, about: wire.ConversationShown | undefined): Line {
  const rests = isHeld(it.state) || isOver(it.state)
  const urgent = it.state === 'exhausted' || (it.severity === 'critical' && !rests)
  const tone = urgent ? 'danger' : rests ? 'calm' : 'warn'
  return {
    kind: 'escalation',
    key: `escalation:${it.escalation}`,
    tone,
    since: since(it.raised_at),
    print: it.state,
    it,
    about,
  }
}

function report(it: wire.ReportLine): Line {
  const print = `${it.reports} ${it.claimed_by ?? ''}`
  const tone = it.reason === 'worried' && !it.claimed_by ? 'warn' : 'calm'
  return { kind: 'report', key: `report:${it.report}`, tone, since: since(it.at), print, it }
}

function appeal(it: wire.AppealLine): Line {
  return { kind: 'appeal', key: `appeal:${it.appeal}`, tone: 'calm', since: since(it.at), print: '', it }
}

function waiting(it: wire.Waiting): Line {
  const tone = it.unsafe ? 'danger' : 'plain'
  return {
    kind: 'waiting',
    key: `waiting:${it.asked_at}`,
    tone,
    since: since(it.asked_at),
    print: String(it.unsafe),
    it,
  }
}

function conversation(it: wire.ConversationShown): Line {
  const unread = Math.max(0, it.last_seq - it.seen_seq)
  const print = `${it.last_seq} ${String(it.open)}`
  return {
    kind: 'conversation',
    key: `conversation:${it.conversation}`,
    tone: 'plain',
    since: since(it.opened_at),
    print,
    it,
    unread: it.open ? unread : 0,
  }
}

export type Mark = 'new' | 'changed'

/** By the key of a line. */
export type Marks = ReadonlyMap<string, Mark>

export const UNMARKED: Marks = new Map()

/** Somebody looked at this line. */
export function unmark(all: Marks, key: string): Marks {
  return new Map([...all].filter(([other]) => other !== key))
}

/** What each line looked like when the person last looked, by key. */
export type Prints = ReadonlyMap<string, string>

export function prints(all: Section[]): Map<string, string> {
  return new Map(all.flatMap((section) => section.lines.map((line) => [line.key, line.print] as const)))
}

/** What is new, and what changed, since somebody looked away. */
export function marks(before: Prints, all: Section[]): Marks {
  const found = new Map<string, Mark>()
  for (const [key, print] of prints(all)) {
    const was = before.get(key)
    if (was === undefined) found.set(key, 'new')
    else if (was !== print) found.set(key, 'changed')
  }
  return found
}

/** The line `by` steps from `key`, staying within the list; the first one where nothing is chosen yet. */
export function stepFrom(all: Section[], key: string | null, by: number): Line | null {
  const lines = all.flatMap((section) => section.lines)
  const here = lines.findIndex((line) => line.key === key)
  if (here < 0) return lines[0] ?? null
  return lines[Math.min(lines.length - 1, Math.max(0, here + by))] ?? null
}
