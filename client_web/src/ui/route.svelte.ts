// Where in the page somebody is: the part of the address after `#`. Moving replaces the entry, so that Back never walks through it.

export class Route {
  /** "/c/0190…" -> ["c", "0190…"]; the start -> []. */
  parts = $state.raw<readonly string[]>(read())

  get first(): string {
    return this.parts[0] ?? ''
  }

  go(path: string): void {
    history.replaceState(null, '', path ? `#/${path}` : location.pathname)
    this.parts = read()
  }

  /** Follows taps on `#/…` links and changes of the address by hand. Returns how to stop. */
  start(): () => void {
    const click = (event: MouseEvent) => {
      if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
      const link = event.target instanceof Element ? event.target.closest('a[href^="#/"]') : null
      const href = link?.getAttribute('href')
      if (!href) return
      event.preventDefault()
      this.go(href.slice(2))
    }
    const changed = () => (this.parts = read())
    document.addEventListener('click', click)
    window.addEventListener('hashchange', changed)
    return () => {
      document.removeEventListener('click', click)
      window.removeEventListener('hashchange', changed)
    }
  }
}

function read(): string[] {
  return location.hash.replace(/^#\/?/, '').split('/').filter(Boolean)
}
