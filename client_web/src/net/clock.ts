// Time as a part one can put in: the wall clock in the page, a clock turned by hand in tests.

export type Cancel = () => void

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs `act` once, `ms` milliseconds from now, unless cancelled. */
  after(ms: number, act: () => void): Cancel
}

export const wallClock: Clock = {
  now: () => Date.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => {
      clearTimeout(timer)
    }
  },
}

/** A clock that moves only when a test turns it. */
export class HandClock implements Clock {
  #now: number
  #due: { at: number; act: () => void }[] = []

  constructor(now = 1_800_000_000_000) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  after(ms: number, act: () => void): Cancel {
    const entry = { at: this.#now + ms, act }
    this.#due.push(entry)
    return () => {
      this.#due = this.#due.filter((other) => other !== entry)
    }
  }

  /** The device sleeps, or somebody sets its clock: time moves, and nothing runs. What fell due runs with the next turn. */
  sleep(ms: number): void {
    this.#now += ms
  }

  /** Moves on by `ms`, running what falls due in its order, and lets promises settle in between. */
  async turn(ms: number): Promise<void> {
    const until = this.#now + ms
    await settle()
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#due = this.#due.filter((entry) => entry !== next)
      this.#now = Math.max(this.#now, next.at)
      next.act()
      await settle()
    }
    this.#now = until
  }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 60; round += 1) await Promise.resolve() // a request and its answer, with a stream between, take two dozen
}
