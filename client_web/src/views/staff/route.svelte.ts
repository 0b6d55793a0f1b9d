// Where on a staff page somebody is, kept after the `#`: links can be shared with a colleague, and Back works as expected.

/** `#/report/0192…` as `['report', '0192…']`. */
export function read(hash: string): string[] {
  return hash
    .replace(/^#\/?/, '')
    .split('/')
    .filter((part) => part.length > 0)
}

export const to = (...parts: string[]): string => `#/${parts.join('/')}`

export class Route {
  parts = $state.raw<string[]>([])

  start(): () => void {
    const look = () => {
      this.parts = read(location.hash)
    }
    look()
    addEventListener('hashchange', look)
    return () => {
      removeEventListener('hashchange', look)
    }
  }

  go(...parts: string[]): void {
    location.hash = to(...parts)
    this.parts = parts
  }
}
