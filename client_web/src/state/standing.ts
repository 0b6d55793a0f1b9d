// How a conversation stands in a list: what the house pushes between two loads, put onto what was loaded. Pure.

import type { ConversationShown, ListMoved, ParticipantShown } from '../net/wire'

/** Positions only ever move forward; who is here is as it was said last. What is null is as it was. */
export function standsNow(shown: ConversationShown, moved: ListMoved): ConversationShown {
  if (shown.conversation !== moved.conversation) return shown
  return {
    ...shown,
    last_seq: Math.max(shown.last_seq, moved.last_seq ?? 0),
    seen_seq: Math.max(shown.seen_seq, moved.seen_seq ?? 0),
    participants: moved.here ? attended(shown.participants, moved.here) : shown.participants,
  }
}

/** The same in whatever holds a list of them. */
export function allStandNow<T extends { conversations: ConversationShown[] }>(holder: T, moved: ListMoved): T {
  return { ...holder, conversations: holder.conversations.map((one) => standsNow(one, moved)) }
}

/** This person has read so far, on this screen: known here before the house knows it. */
export function readSoFar(conversation: string, seq: number): ListMoved {
  return { type: 'list.moved', conversation, last_seq: null, seen_seq: seq, here: null }
}

function attended(all: readonly ParticipantShown[], here: readonly string[]): ParticipantShown[] {
  return all.map((one) => ({ ...one, here: here.includes(one.who.account) }))
}
