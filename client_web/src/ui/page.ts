// What the browser tells a page about itself: it woke, it is about to be closed, its keyboard opened.

/** Calls `act` when the page wakes, comes back from the cache, or the network returns. Returns how to stop. */
export function onWake(act: () => void): () => void {
  const visible = () => {
    if (document.visibilityState === 'visible') act()
  }
  document.addEventListener('visibilitychange', visible)
  window.addEventListener('pageshow', act)
  window.addEventListener('online', act)
  return () => {
    document.removeEventListener('visibilitychange', visible)
    window.removeEventListener('pageshow', act)
    window.removeEventListener('online', act)
  }
}

/** Calls `act` when the device says that it has no network. Returns how to stop. */
export function onOffline(act: () => void): () => void {
  window.addEventListener('offline', act)
  return () => {
    window.removeEventListener('offline', act)
  }
}

/** Asks before the page goes while `holdsWords` says that something would be lost with it. Returns how to stop. */
export function warnBeforeLosing(holdsWords: () => boolean): () => void {
  const leaving = (event: BeforeUnloadEvent) => {
    const quickly = document.documentElement.classList.contains('left') // somebody left quickly: never hold them up
    if (holdsWords() && !quickly) event.preventDefault()
  }
  window.addEventListener('beforeunload', leaving)
  return () => {
    window.removeEventListener('beforeunload', leaving)
  }
}

/** Keeps `--visible` at the height that the keyboard leaves free, for browsers that lay the keyboard over the page. */
export function followKeyboard(): () => void {
  const view = window.visualViewport
  if (!view) return () => undefined
  const fit = () => {
    document.documentElement.style.setProperty('--visible', `${view.height * view.scale}px`)
  }
  fit()
  view.addEventListener('resize', fit)
  return () => {
    view.removeEventListener('resize', fit)
  }
}

/** Where this page's own house listens. */
export function socketAddress(): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`
}

/** A keyboard is at hand, most likely: Enter may send. */
export function hasKeyboard(): boolean {
  return window.matchMedia('(hover: hover) and (pointer: fine)').matches
}
