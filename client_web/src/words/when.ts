// Times in words and in the reader's own zone: "21:04", "Thursday evening", "in about ten minutes", "Thursday, 18:00".

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const COUNTS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']
const PLACES = [
  'first',
  'second',
  'third',
  'fourth',
  'fifth',
  'sixth',
  'seventh',
  'eighth',
  'ninth',
  'tenth',
  'eleventh',
  'twelfth',
]

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long' })
const monthAndYear = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' })
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' })

type Time = string | number

/** Small numbers in words, others in digits. */
export function count(number: number): string {
  return COUNTS[number] ?? String(number)
}

/** 1 -> "first"; beyond twelve, "number 13". */
export function ordinal(number: number): string {
  return PLACES[number - 1] ?? `number ${String(number)}`
}

/** "21:04" */
export function timeOfDay(time: Time): string {
  return clock.format(new Date(time))
}

/** "Thursday evening"; with the date where it is more than six days from `now`. */
export function dayRule(time: Time, now: number): string {
  const date = new Date(time)
  const part = partOfDay(date.getHours())
  const days = daysBetween(date.getTime(), now)
  if (days === 0) return part === 'night' ? 'Tonight' : `This ${part}`
  if (days === 1) return part === 'night' ? 'Last night' : `Yesterday ${part}`
  if (days > 1 && days < 7) return `${weekday.format(date)} ${part}`
  return `${weekday.format(date)} ${part}, ${dayAndMonth.format(date)}`
}

/** "18:00", "tomorrow, 18:00", "Thursday, 18:00", "Thursday 3 December, 18:00". */
export function moment(time: Time, now: number): string {
  const date = new Date(time)
  const days = daysBetween(now, date.getTime())
  if (days === 0) return clock.format(date)
  if (days === 1) return `tomorrow, ${clock.format(date)}`
  if (days === -1) return `yesterday, ${clock.format(date)}`
  if (Math.abs(days) < 7) return `${weekday.format(date)}, ${clock.format(date)}`
  return `${weekday.format(date)} ${dayAndMonth.format(date)}, ${clock.format(date)}`
}

/** `2026-11` as "November 2026". */
export function month(yearAndMonth: string): string {
  return monthAndYear.format(new Date(`${yearAndMonth}-15T12:00:00Z`))
}

/** "just now", "for four minutes" style lengths: "a few moments", "four minutes", "about two hours", "three days". */
export function length(ms: number): string {
  if (ms < MINUTE) return 'a few moments'
  if (ms < 1.5 * MINUTE) return 'a minute'
  if (ms < 55 * MINUTE) return `${count(Math.round(ms / MINUTE))} minutes`
  if (ms < 1.5 * HOUR) return 'about an hour'
  if (ms < 22 * HOUR) return `about ${count(Math.round(ms / HOUR))} hours`
  if (ms < 1.5 * DAY) return 'a day'
  return `${count(Math.round(ms / DAY))} days`
}

/** "four minutes ago"; "just now" within a minute. */
export function ago(time: Time, now: number): string {
  const ms = now - new Date(time).getTime()
  return ms < MINUTE ? 'just now' : `${length(ms)} ago`
}

/** A quiet stretch worth a line of its own: "About two hours later". */
export function later(ms: number): string {
  const words = length(ms)
  return `${words.charAt(0).toUpperCase()}${words.slice(1)} later`
}

/** Whole days from the day of `from` to the day of `to`, by the reader's calendar. */
export function daysBetween(from: number, to: number): number {
  const start = new Date(from).setHours(12, 0, 0, 0)
  const end = new Date(to).setHours(12, 0, 0, 0)
  return Math.round((end - start) / DAY)
}

function partOfDay(hour: number): string {
  if (hour < 5 || hour >= 22) return 'night'
  if (hour < 12) return 'morning'
  if (hour < 18) return 'afternoon'
  return 'evening'
}
