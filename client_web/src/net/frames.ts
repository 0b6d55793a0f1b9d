// What comes in over a wire, told apart.

import type { AnyEvent, AnyLogEvent, Subscribe } from './wire'

const LOG_EVENTS: Readonly<Record<AnyLogEvent['type'], true>> = {
  'message.posted': true,
  'message.edited': true,
  'message.redacted': true,
  'message.restored': true,
  'participant.joined': true,
  'participant.left': true,
  'notice.posted': true,
  'conversation.closed': true,
  'conversation.reopened': true,
}

/** A frame as an event; undefined where it is none of ours. */
export function read(data: unknown): AnyEvent | undefined {
  if (typeof data !== 'string') return undefined
  try {
    const said: unknown = JSON.parse(data)
    return typeof said === 'object' && said !== null && 'type' in said ? (said as AnyEvent) : undefined
  } catch {
    return undefined
  }
}

/** One that has a place in a log. */
export function isLogEvent(event: AnyEvent): event is AnyLogEvent {
  return event.type in LOG_EVENTS
}

/** The `ref` of a `subscribe`, which its refusal carries back. There is room for 40 characters: an id, and the first letter of the log. */
export function followRef({ conversation, log = 'public' }: Pick<Subscribe, 'conversation' | 'log'>): string {
  return `${log.charAt(0)} ${conversation}`
}
