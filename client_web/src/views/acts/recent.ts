// Which decisions a person should be told of on their first page: those that still bite, and those of the last week.

import type { ActShown } from '../../net/wire'

const TOLD_MS = 7 * 24 * 3_600_000

/** `now` in milliseconds. */
export function isTelling(act: ActShown, now: number): boolean {
  if (act.undone) return false
  return act.until ? Date.parse(act.until) > now : now - Date.parse(act.at) < TOLD_MS
}
