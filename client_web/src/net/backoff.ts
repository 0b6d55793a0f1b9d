// How long to wait before trying again: full jitter, so that a thousand pages do not come back in the same second.

const FIRST_MS = 1_000
export const CAP_OPEN_MS = 10_000 // somebody is in a conversation, or waiting for one
export const CAP_IDLE_MS = 60_000

/** `attempt` counts from 0; `random` gives 0 to 1. Milliseconds. */
export function backoff(attempt: number, capMs: number, random: () => number): number {
  return random() * Math.min(capMs, FIRST_MS * 2 ** Math.min(attempt, 16))
}
