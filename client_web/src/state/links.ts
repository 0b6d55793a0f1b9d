// Finds web addresses in what somebody wrote, so that they can be tapped. Only http and https; nothing is fetched to look at them.

const ADDRESS = /https?:\/\/[^\s<>"'“”‘’]+/gi
const TRAILING = /[.,;:!?)\]}…]+$/ // the sentence's own marks

export interface Part {
  text: string
  href: string | null
}

export function partsOf(body: string): Part[] {
  const parts: Part[] = []
  let place = 0
  for (const found of body.matchAll(ADDRESS)) {
    const text = found[0].replace(TRAILING, '')
    const href = plainAddress(text)
    if (!href) continue
    if (found.index > place) parts.push({ text: body.slice(place, found.index), href: null })
    parts.push({ text, href })
    place = found.index + text.length
  }
  if (place < body.length) parts.push({ text: body.slice(place), href: null })
  return parts
}

/** The address as a browser reads it; null where it carries a name and password, which only ever mislead. */
function plainAddress(text: string): string | null {
  if (!URL.canParse(text)) return null
  const address = new URL(text)
  return address.username || address.password ? null : address.href
}
