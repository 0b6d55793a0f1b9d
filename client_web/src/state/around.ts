// Messages that stand around a reported one, or that a clinician opened: each as it reads after what happened to it later. Pure.

import type { AnyLogEvent, MessagePosted } from '../net/wire'

export interface Around {
  event: MessagePosted
  target: boolean
  hidden: boolean
}

/** In order, each as it stands after what happened to it later. */
export function around(events: readonly AnyLogEvent[], target: number): Around[] {
  const hidden = new Set<number>()
  const bodies = new Map<number, string | null>()
  const posted: MessagePosted[] = []
  for (const event of [...events].sort((a, b) => a.seq - b.seq)) {
    if (event.type === 'message.posted') posted.push(event)
    else if (event.type === 'message.redacted') hidden.add(event.target_seq)
    else if (event.type === 'message.restored') {
      hidden.delete(event.target_seq)
      bodies.set(event.target_seq, event.body)
    } else if (event.type === 'message.edited') bodies.set(event.target_seq, event.body)
  }
  return posted.map((event) => ({
    event: { ...event, body: bodies.get(event.seq) ?? event.body },
    target: event.seq === target,
    hidden: hidden.has(event.seq) || event.hidden !== null,
  }))
}
