// One line of the desk in words: a sign, what it is, and beneath it who, where, and who has it.

import type { ConversationShown } from '../../net/wire'
import type { Line } from '../../state/urgency'
import { age } from '../../words/staff'
import { desk } from '../../words/desk'

export interface Telling {
  /** The level or kind, in a word or two. */
  sign: string
  words: string
  /** Quieter, on a line of its own. */
  meta: string[]
  age: string
  /** The parts of the address after `#`. */
  to: string[]
}

const words = desk.line

/** `now` in milliseconds, by the server's clock. `me`: this person's account. */
export function telling(line: Line, now: number, me: string): Telling {
  const waited = age(Math.max(0, now - line.since))
  switch (line.kind) {
    case 'escalation':
      return {
        sign: words.severity[line.it.severity] ?? line.it.severity,
        words: words.escalation[line.it.state] ?? line.it.state,
        meta: line.about ? [titleOf(line.about, me), words.yours] : [words.yours],
        age: waited,
        to: ['escalation', line.it.escalation],
      }
    case 'report':
      return {
        sign: words.reports(line.it.reports),
        words: `${words.reasons[line.it.reason] ?? line.it.reason}, ${words.where(line.it.conversation_title, line.it.kind)}`,
        meta: [words.about(line.it.about.pseudonym), words.has(line.it.claimed_by, line.it.claimed_by_me)],
        age: waited,
        to: ['report', line.it.report],
      }
    case 'appeal':
      return {
        sign: words.appeal,
        words: words.appealWords(line.it.about.pseudonym),
        meta: [],
        age: waited,
        to: ['appeal', line.it.appeal],
      }
    case 'waiting':
      return {
        sign: line.it.unsafe ? words.unsafe : words.waits,
        words: line.it.unsafe ? words.unsafeWords : words.waitingWords,
        meta: [words.noName],
        age: waited,
        to: ['waiting', line.it.asked_at],
      }
    case 'conversation':
      return {
        sign: words.kinds[line.it.kind] ?? '',
        words: titleOf(line.it, me),
        meta: around(line.it, me, line.unread),
        age: line.it.open ? '' : words.ended,
        to: ['conversation', line.it.conversation],
      }
  }
}

/** What a conversation is called: the others in it, or the room's own name. */
export function titleOf(shown: ConversationShown, me: string): string {
  if (shown.kind !== 'one_to_one') return shown.title
  const others = shown.participants.filter((one) => one.who.account !== me).map((one) => one.who.pseudonym)
  return others.join(', ') || shown.title || words.gone
}

function around(shown: ConversationShown, me: string, unread: number): string[] {
  const others = shown.participants.filter((one) => one.who.account !== me)
  const here = others.filter((one) => one.here).length
  const presence = shown.kind === 'one_to_one' ? (here > 0 ? words.here : words.away) : words.inRoom(here)
  return [
    ...(unread > 0 ? [words.unread(unread)] : []),
    ...(shown.open ? [presence] : []),
    ...(shown.clinician_told ? [words.told] : []),
  ]
}
