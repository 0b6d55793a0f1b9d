// The picture of a week: where each turn stands on its line, and what each day holds. Pure.

import type { RotaDay, RotaLine, RotaSpan } from '../net/wire'

export interface Piece {
  span: RotaSpan
  /** From the left edge of the week, in hundredths of its width: each day is a seventh, also where it has 23 hours. */
  left: number
  width: number
}

export interface DayLine {
  line: RotaLine
  /** The parts of its spans that lie in this day. */
  parts: { span: RotaSpan; starts_at: string; ends_at: string }[]
}

/** Hundredths of the week's width at which a moment stands. */
export function placeOf(days: readonly RotaDay[], at: number): number {
  const seventh = 100 / days.length
  const day = days.findIndex((one) => at < Date.parse(one.ends_at))
  const found = days[day]
  if (!found) return 100
  const [starts, ends] = [Date.parse(found.starts_at), Date.parse(found.ends_at)]
  return day * seventh + Math.max(0, (at - starts) / (ends - starts)) * seventh
}

export function piecesOf(days: readonly RotaDay[], line: RotaLine): Piece[] {
  return line.spans.map((span) => {
    const left = placeOf(days, Date.parse(span.starts_at))
    return { span, left, width: placeOf(days, Date.parse(span.ends_at)) - left }
  })
}

export function dayOfLines(day: RotaDay, lines: readonly RotaLine[]): DayLine[] {
  const [from, to] = [Date.parse(day.starts_at), Date.parse(day.ends_at)]
  return lines.map((line) => ({
    line,
    parts: line.spans
      .filter((span) => Date.parse(span.starts_at) < to && Date.parse(span.ends_at) > from)
      .map((span) => ({
        span,
        starts_at: Date.parse(span.starts_at) < from ? day.starts_at : span.starts_at,
        ends_at: Date.parse(span.ends_at) > to ? day.ends_at : span.ends_at,
      })),
  }))
}

/** What holds at a moment, on this line. */
export function answerAt(line: RotaLine, at: number): RotaSpan | undefined {
  return line.spans.find((span) => Date.parse(span.starts_at) <= at && at < Date.parse(span.ends_at))
}

/** What of these lines is somebody's own, in the order of time. */
export function turnsOf(lines: readonly RotaLine[], account: string): { line: RotaLine; span: RotaSpan }[] {
  const theirs = lines.flatMap((line) =>
    line.spans.filter((span) => span.answer === 'on' && span.account === account).map((span) => ({ line, span })),
  )
  return theirs.sort((a, b) => Date.parse(a.span.starts_at) - Date.parse(b.span.starts_at))
}
