// Leaving at once: the page is emptied before anything else, then the house is told, then the browser goes somewhere harmless.

const PRESSES = 3
const WITHIN_MS = 5_000
const NOWHERE = 'about:blank' // until the hub's own choice is known, and where there is no network to fetch it

/** Empties the page, ends the session here, and puts `safeSite` in this page's place in the history. */
export function leaveQuickly(safeSite: string | undefined, vanish: () => void): void {
  document.documentElement.classList.add('left')
  document.body.replaceChildren()
  document.title = ''
  vanish()
  navigator.sendBeacon('/api/sessions/leave')
  location.replace(navigator.onLine ? addressOf(safeSite) : NOWHERE)
}

/** Calls `act` after Shift has been pressed three times within five seconds, with no other key between. Returns how to stop. */
export function onThreeShifts(act: () => void): () => void {
  let presses: number[] = []
  const listen = (event: KeyboardEvent) => {
    if (event.repeat) return
    presses = event.key === 'Shift' ? [...presses, event.timeStamp].slice(-PRESSES) : []
    const [first] = presses
    if (presses.length < PRESSES || first === undefined || event.timeStamp - first > WITHIN_MS) return
    presses = []
    act()
  }
  document.addEventListener('keydown', listen, { capture: true })
  return () => {
    document.removeEventListener('keydown', listen, { capture: true })
  }
}

/** The hub's choice: a web address, or a path of our own. Nothing else is followed. */
function addressOf(text: string | undefined): string {
  if (!text || !URL.canParse(text, location.origin)) return NOWHERE
  const address = new URL(text, location.origin)
  return /^https?:$/.test(address.protocol) ? address.href : NOWHERE
}
