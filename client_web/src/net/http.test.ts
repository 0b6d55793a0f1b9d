// @vitest-environment node
import { describe, expect, test, vi } from 'vitest'
import { Http, OutOfTouch, query, Refused } from './http'
import { spoken } from './wire'

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
const refusal = { code: 'slow_down', message: 'In a moment.', field: null, retry_after_ms: null }

const answering = (answer: () => Response | Promise<Response>) => new Http(() => Promise.resolve().then(answer))

test('an answer of the house comes through as it is', async () => {
  const http = answering(() => json(200, { hub: 'northside' }))
  expect(await http.get('/api/doorway')).toEqual({ hub: 'northside' })
})

test('a refusal carries its code, its words and how long to wait', async () => {
  const http = answering(() => json(429, refusal, { 'retry-after': '3' }))
  const refused = await http.post('/api/line').catch((trouble: unknown) => trouble)
  expect(refused).toBeInstanceOf(Refused)
  expect(refused).toMatchObject({ status: 429, code: 'slow_down', message: 'In a moment.', retryAfterMs: 3000 })
})

test.each([
  ['seconds', { 'retry-after': '90' }, 90_000],
  [
    'a date, read by the answer’s own clock',
    { 'retry-after': 'Wed, 25 Nov 2026 13:01:30 GMT', date: 'Wed, 25 Nov 2026 13:00:00 GMT' },
    90_000,
  ],
  [
    'a date that has passed',
    { 'retry-after': 'Wed, 25 Nov 2026 12:00:00 GMT', date: 'Wed, 25 Nov 2026 13:00:00 GMT' },
    0,
  ],
  ['nothing', {}, null],
  ['nonsense', { 'retry-after': 'soon' }, null],
])('a gateway’s wish to be left alone, as %s (FAULTS 36)', async (_, headers, ms) => {
  const http = answering(() => new Response('Busy', { status: 503, headers: headers as Record<string, string> }))
  await expect(http.get('/api/me')).rejects.toMatchObject({ retryAfterMs: ms })
})

describe('whatever is not the house is being out of touch (FAULTS 23)', () => {
  const cases: [string, () => Response | Promise<Response>][] = [
    ['no network', () => Promise.reject(new TypeError('Failed to fetch'))],
    [
      'a sign-in page of a hotel',
      () => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } }),
    ],
    ['a gateway without a house', () => new Response('Bad Gateway', { status: 502 })],
    ['a body cut short', () => new Response('{"a":', { headers: { 'content-type': 'application/json' } })],
    ['a refusal in nobody’s words', () => json(500, { detail: 'x' })],
  ]
  test.each(cases)('%s', async (_, answer) => {
    const reached = vi.fn()
    const http = answering(answer)
    http.reached = reached
    await expect(http.get('/api/me')).rejects.toBeInstanceOf(OutOfTouch)
    expect(reached.mock.calls).toEqual([[false]])
  })
})

test('an ended session is told to the page, and a refusal counts as having reached the house', async () => {
  const http = answering(() => json(401, { ...refusal, code: 'not_signed_in' }))
  http.signedOut = vi.fn()
  http.reached = vi.fn()
  await expect(http.get('/api/me')).rejects.toBeInstanceOf(Refused)
  expect(http.signedOut).toHaveBeenCalledOnce()
  expect(http.reached).toHaveBeenCalledWith(true)
})

test.each(['get', 'post'] as const)('each request says which wire the page speaks: %s (FAULTS 37)', async (method) => {
  const sent: unknown[] = []
  const http = new Http((_, init) => {
    sent.push(init.headers)
    return Promise.resolve(json(200, {}))
  })
  await http[method]('/api/me')
  expect(sent).toMatchObject([{ 'beside-speaks': String(spoken.version) }])
})

test('a query leaves out what is not given', () => {
  expect(query({ after: 0, before: undefined, log: 'public' })).toBe('?after=0&log=public')
  expect(query({ hub: undefined })).toBe('')
})
