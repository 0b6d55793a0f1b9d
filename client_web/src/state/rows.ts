// From a log to what stands on the screen: day rules, quiet times, "you were away here", groups of one person's words, and their state.

import { daysBetween } from '../words/when'
import type { Pending } from './outbox'
import type { Happening, Line, Said } from './timeline'

const GROUP_MS = 5 * 60_000 // a person who goes on within five minutes does not need their name again
const QUIET_MS = 60 * 60_000
const AWAY_MS = 10 * 60_000 // shorter than this is a glance away, not an absence

export type SaidState = 'none' | 'sent' | 'seen'

export type Row =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'quiet'; key: string; ms: number }
  | { kind: 'away'; key: string }
  | { kind: 'happening'; key: string; line: Happening }
  | { kind: 'said'; key: string; line: Said; mine: boolean; named: boolean; state: SaidState }
  | { kind: 'pending'; key: string; item: Pending; named: boolean; last: boolean }

export interface Looking {
  me: string
  /** The last position that somebody else has seen. */
  seenByOthers: number
  /** What this person had seen when the page opened the conversation. */
  seenBefore: number
}

/** The rows of a log, oldest first, then what is not in it yet. */
export function rowsOf(lines: readonly Line[], pending: readonly Pending[], looking: Looking): Row[] {
  const rows: Row[] = []
  const lastMine = lines.findLast((line) => isMine(line, looking.me))?.seq
  const away = awayAt(lines, looking)
  let before: Line | undefined
  for (const line of lines) {
    rows.push(...between(before, line))
    if (line.seq === away) rows.push({ kind: 'away', key: 'away' })
    if (line.kind === 'said') rows.push(saidRow(line, goesOn(before, line) && line.seq !== away, lastMine, looking))
    else rows.push({ kind: 'happening', key: `h${line.seq}`, line })
    before = line
  }
  pending.forEach((item, place) => {
    const named = place === 0 && !(before && isMine(before, looking.me))
    rows.push({ kind: 'pending', key: item.clientId, item, named, last: place === pending.length - 1 })
  })
  return rows
}

function saidRow(line: Said, goingOn: boolean, lastMine: number | undefined, looking: Looking): Row {
  const mine = isMine(line, looking.me)
  const state = line.seq !== lastMine ? 'none' : looking.seenByOthers >= line.seq ? 'seen' : 'sent'
  return { kind: 'said', key: mine ? line.clientId : `s${line.seq}`, line, mine, named: !goingOn, state }
}

function between(before: Line | undefined, line: Line): Row[] {
  const at = Date.parse(line.at)
  if (!before || daysBetween(Date.parse(before.at), at) > 0) return [{ kind: 'day', key: `d${line.seq}`, at }]
  const ms = at - Date.parse(before.at)
  return ms >= QUIET_MS ? [{ kind: 'quiet', key: `q${line.seq}`, ms }] : []
}

function goesOn(before: Line | undefined, line: Said): boolean {
  return (
    before?.kind === 'said' &&
    before.author.account === line.author.account &&
    Date.parse(line.at) - Date.parse(before.at) < GROUP_MS &&
    daysBetween(Date.parse(before.at), Date.parse(line.at)) === 0
  )
}

/** The first line of others that came after a real absence; undefined where there was none. */
function awayAt(lines: readonly Line[], looking: Looking): number | undefined {
  if (looking.seenBefore === 0) return undefined
  const place = lines.findIndex((line) => line.seq > looking.seenBefore && !isMine(line, looking.me))
  const [before, line] = [lines[place - 1], lines[place]]
  if (!before || line?.kind !== 'said') return undefined
  return Date.parse(line.at) - Date.parse(before.at) >= AWAY_MS ? line.seq : undefined
}

function isMine(line: Line, me: string): boolean {
  return line.kind === 'said' && line.author.account === me
}
