// Times of a hub, in the hub's own zone and named as such: a rota read on holiday means the hours at home.

const plainDay = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', timeZone: 'UTC' })
const longDay = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long', timeZone: 'UTC' })
const fullDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })

/** "Mon 2" */
export const shortDay = (day: string): string => plainDay.format(noon(day))
/** "Monday 2 March" */
export const wholeDay = (day: string): string => longDay.format(noon(day))
/** "2 March 2026" */
export const dated = (day: string): string => fullDay.format(noon(day))

/** "2026-03-02T20:00": what a field for a time on the wall holds. */
export function wallOf(zone: string, at: string | number): string {
  return formats(zone).wall.format(new Date(at)).replace(' ', 'T')
}

/** "2026-03-02" */
export const dayOf = (zone: string, at: string | number): string => wallOf(zone, at).slice(0, 10)

/** "20:00"; midnight at an end is "24:00". */
export function clock(zone: string, at: string, end = false): string {
  const time = wallOf(zone, at).slice(11)
  return end && time === '00:00' ? '24:00' : time
}

/** "Monday 2 March, 20:00 to Tuesday 3 March, 08:00"; the day once where it is one day; only the beginning where both are the same. */
export function between(zone: string, starts: string, ends: string): string {
  const [from, to] = [dayOf(zone, starts), dayOf(zone, Date.parse(ends) - 1)]
  if (starts === ends) return `${wholeDay(from)}, ${clock(zone, starts)}`
  if (from === to) return `${wholeDay(from)}, ${clock(zone, starts)} to ${clock(zone, ends, true)}`
  return `${wholeDay(from)}, ${clock(zone, starts)} to ${wholeDay(dayOf(zone, ends))}, ${clock(zone, ends)}`
}

/** A day so many days on. */
export function daysOn(day: string, days: number): string {
  return new Date(noon(day).getTime() + days * 86_400_000).toISOString().slice(0, 10)
}

/** Monday is 0. */
export const weekdayOf = (day: string): number => (noon(day).getUTCDay() + 6) % 7

const noon = (day: string) => new Date(`${day}T12:00:00Z`)
const known = new Map<string, { wall: Intl.DateTimeFormat }>()

function formats(zone: string): { wall: Intl.DateTimeFormat } {
  const found = known.get(zone)
  if (found) return found
  // Swedish writes dates as the standard does.
  const wall = new Intl.DateTimeFormat('sv-SE', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    hourCycle: 'h23',
    timeZone: zone,
  })
  known.set(zone, { wall })
  return { wall }
}
