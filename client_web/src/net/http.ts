// One request and its answer. Two things can go wrong: the house said no (`Refused`), or we did not reach the house (`OutOfTouch`).

import { spoken, type Refusal } from './wire'

const ANSWER_MS = 15_000 // a slow phone network answers within this; beyond it, we say that we've lost touch
const SPEAKS = { [spoken.header]: String(spoken.version) }

/** The house answered, and said no. `message` is care text, fit to be shown. */
export class Refused extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | null
  readonly retryAfterMs: number | null

  constructor(status: number, refusal: Refusal) {
    super(refusal.message)
    this.status = status
    this.code = refusal.code
    this.field = refusal.field
    this.retryAfterMs = refusal.retry_after_ms
  }
}

/** Nobody answered, or somebody else did: no network, a hotel's sign-in page, a gateway without a house behind it. */
export class OutOfTouch extends Error {
  readonly retryAfterMs: number | null

  constructor(detail: string, retryAfterMs: number | null = null) {
    super(detail)
    this.retryAfterMs = retryAfterMs
  }
}

export type Fetch = (input: string, init: RequestInit) => Promise<Response>
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Patience {
  /** How long the answer may take, in milliseconds. */
  ms?: number
  /** Aborted when the answer is not wanted any more; that says nothing about whether the house is there. */
  unwanted?: AbortSignal
}

export class Http {
  /** Told when a request finds that the session has ended. */
  signedOut: () => void = () => undefined
  /** Told when the house no longer understands a page as old as this one. */
  outdated: () => void = () => undefined
  /** Told after each request whether the house was reached. */
  reached: (there: boolean) => void = () => undefined
  readonly #fetch: Fetch

  constructor(fetch: Fetch = (input, init) => globalThis.fetch(input, init)) {
    this.#fetch = fetch
  }

  get<T>(path: string): Promise<T> {
    return this.#ask<T>('GET', path)
  }

  post<T>(path: string, body?: unknown, patience: Patience = {}): Promise<T> {
    return this.#ask<T>('POST', path, body, patience)
  }

  put<T>(path: string, body?: unknown): Promise<T> {
    return this.#ask<T>('PUT', path, body)
  }

  delete<T>(path: string): Promise<T> {
    return this.#ask<T>('DELETE', path)
  }

  async #ask<T>(method: Method, path: string, body?: unknown, patience: Patience = {}): Promise<T> {
    try {
      const said = await this.#answerTo<T>(method, path, body, patience)
      this.reached(true)
      return said
    } catch (trouble) {
      if (!patience.unwanted?.aborted) this.reached(trouble instanceof Refused)
      throw trouble
    }
  }

  async #answerTo<T>(method: Method, path: string, body: unknown, patience: Patience): Promise<T> {
    let answer: Response
    let said: unknown
    try {
      answer = await this.#fetch(path, asked(method, body, patience))
      said = isJson(answer) ? await answer.json() : undefined
    } catch (trouble) {
      throw new OutOfTouch(trouble instanceof Error ? trouble.name : 'no answer')
    }
    if (said === undefined) throw new OutOfTouch(`not ours: ${answer.status}`, retryAfter(answer))
    if (answer.ok) return said as T
    if (!isRefusal(said)) throw new OutOfTouch(`no refusal: ${answer.status}`, retryAfter(answer))
    const refused = new Refused(answer.status, { ...said, retry_after_ms: said.retry_after_ms ?? retryAfter(answer) })
    if (refused.code === 'not_signed_in') this.signedOut()
    if (refused.code === 'upgrade_required') this.outdated()
    throw refused
  }
}

function asked(method: Method, body: unknown, patience: Patience): RequestInit {
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    redirect: 'error',
    headers: SPEAKS,
    signal: either(AbortSignal.timeout(patience.ms ?? ANSWER_MS), patience.unwanted),
  }
  if (method === 'GET') return init
  return { ...init, headers: { ...SPEAKS, 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }
}

/** By hand: phones of a few years ago do not know `AbortSignal.any`. */
function either(first: AbortSignal, second: AbortSignal | undefined): AbortSignal {
  if (!second) return first
  const both = new AbortController()
  for (const signal of [first, second]) {
    if (signal.aborted) both.abort()
    signal.addEventListener('abort', () => {
      both.abort()
    })
  }
  return both.signal
}

function isJson(answer: Response): boolean {
  return (answer.headers.get('content-type') ?? '').includes('json')
}

function isRefusal(said: unknown): said is Refusal {
  return typeof said === 'object' && said !== null && 'code' in said && 'message' in said
}

/** Seconds, or a date; a date is read against the answer's own, because this device's clock may be wrong. */
function retryAfter(answer: Response): number | null {
  const said = answer.headers.get('retry-after') ?? ''
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : Date.parse(said) - Date.parse(answer.headers.get('date') ?? '')
  return Number.isFinite(ms) ? Math.max(0, ms) : null
}

/** Turns a record into `?a=1&b=2`, leaving out what is undefined. */
export function query(record: Record<string, string | number | undefined>): string {
  const pairs = Object.entries(record).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return pairs.length ? `?${new URLSearchParams(pairs).toString()}` : ''
}
