// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { HandClock } from './clock'
import { OutOfTouch, Refused, type Patience } from './http'
import { LongPoll } from './long_poll'
import type { AnyCommand, AnyEvent, Exchange, Exchanged } from './wire'

const welcome = { type: 'welcome', account: 'a', epoch: 'e', server_time: '', heartbeat_seconds: 20, ref: null }
const hello: AnyCommand = { type: 'hello', ticket: 't'.repeat(16) }
const follow: AnyCommand = { type: 'subscribe', conversation: 'c', log: 'public', after_seq: 3, epoch: 'e' }
const said = (seq: number) => ({ type: 'message.posted', conversation: 'c', log: 'public', seq })

class Request {
  readonly body: Exchange
  readonly patience: Patience
  readonly answer: (frames: object[], closed?: number | null, heard?: string | null) => void
  readonly fail: (trouble: Error) => void

  constructor(body: Exchange, patience: Patience, done: (said: Exchanged) => void, fail: (trouble: Error) => void) {
    this.body = body
    this.patience = patience
    this.fail = fail
    this.answer = (frames, closed = null, heard = null) => {
      done({ frames: [welcome, ...frames] as AnyEvent[], closed, heard })
    }
    patience.unwanted?.addEventListener('abort', () => {
      fail(new OutOfTouch('AbortError'))
    })
  }

  get types(): string[] {
    return this.body.said.map((one) => one.type)
  }
}

/** A line that has said hello and heard its welcome: one request is being held. */
async function stage() {
  const clock = new HandClock()
  const requests: Request[] = []
  const heard: { type: string; what?: string }[] = []
  const ends: object[] = []
  const line = new LongPoll(
    (body, patience) =>
      new Promise((done, fail) => {
        requests.push(new Request(body, patience, done, fail))
      }),
    clock,
  )
  const say = (command: AnyCommand) => {
    line.send(JSON.stringify(command))
  }
  line.onopen = () => {
    say(hello)
  }
  line.onmessage = ({ data }) => heard.push(JSON.parse(String(data)) as { type: string })
  line.onclose = (end) => ends.push(end)
  await clock.turn(0)
  requests[0]?.answer([])
  await clock.turn(0)
  const last = (): Request => {
    const request = requests.at(-1)
    if (!request) throw new Error('nothing was asked')
    return request
  }
  return { clock, requests, heard, ends, line, say, last }
}

test('the first request is answered at once, every later one is held (FAULTS 21)', async () => {
  const { requests, heard } = await stage()
  expect(requests.map((one) => one.body)).toEqual([
    { said: [], wait: false, heard: '' },
    { said: [], wait: true, heard: '' },
  ])
  expect(heard.map((one) => one.type)).toEqual(['welcome'])
})

test('whoever follows something is heard at once, and what has arrived is not asked for again (FAULTS 5, 21)', async () => {
  const { clock, requests, say, last } = await stage()
  const held = last()
  say(follow)
  await clock.turn(0)
  expect(held.patience.unwanted?.aborted).toBe(true)
  expect(last().body).toMatchObject({ said: [{ type: 'subscribe', after_seq: 3, epoch: 'e' }], wait: true })
  last().answer([said(4), said(5)])
  await clock.turn(0)
  expect(last().body.said).toMatchObject([{ after_seq: 5 }])
  say({ type: 'unsubscribe', conversation: 'c', log: 'public' })
  last().answer([said(6)])
  await clock.turn(0)
  expect([last().body.said, requests.length]).toEqual([[], 5])
})

test('what the house says that we have heard is handed back with the next wait, also past one that was given up (FAULTS 21)', async () => {
  const { clock, requests, say, last } = await stage()
  last().answer([], null, '4 abc')
  await clock.turn(0)
  say(follow)
  await clock.turn(0)
  last().answer([])
  await clock.turn(0)
  say({ type: 'ping' })
  await clock.turn(0)
  const spoken = requests.filter((one) => !one.body.wait).map((one) => one.body.heard)
  const waited = requests.filter((one) => one.body.wait).map((one) => one.body.heard)
  expect([spoken, waited]).toEqual([
    ['', null],
    ['', '4 abc', '4 abc', '4 abc'],
  ])
})

test('what is said goes at once, together and in order, and never two requests of it at a time', async () => {
  const { clock, requests, say } = await stage()
  say({ type: 'message.send', conversation: 'c', client_id: 'x', body: 'hello' })
  say({ type: 'ping' })
  await clock.turn(0)
  say({ type: 'seen.mark', conversation: 'c', seq: 4 })
  say({ type: 'received.confirm', count: 16 })
  await clock.turn(0)
  expect(requests.slice(2).map((one) => one.types)).toEqual([['message.send', 'ping']])
  requests[2]?.answer([])
  await clock.turn(0)
  expect(requests.slice(3).map((one) => [one.types, one.body.wait])).toEqual([[['seen.mark'], false]])
})

test('writing is told of from what is followed, and from nowhere else', async () => {
  const { clock, say, last } = await stage()
  say(follow)
  say({ type: 'typing.start', conversation: 'other' })
  say({ type: 'typing.start', conversation: 'c' })
  await clock.turn(0)
  expect(last().types).toEqual(['subscribe', 'typing.start'])
})

test.each([
  { type: 'refused', ref: 'p c', code: 'not_found' },
  { type: 'reset', conversation: 'c', log: 'public', reason: 'epoch', epoch: 'f', ref: 'p c' },
])('what cannot be followed is not asked for again and again: $type', async (no) => {
  const { clock, heard, say, last } = await stage()
  say(follow)
  await clock.turn(0)
  last().answer([no])
  await clock.turn(0)
  expect(heard.at(-1)).toEqual(no)
  expect(last().body.said).toEqual([])
})

describe('its end is told as a socket’s would be', () => {
  const refusal = (code: string) => ({ code, message: '', field: null, retry_after_ms: 5_000 })
  test.each<[string, Error, object]>([
    ['no network', new OutOfTouch('x'), { code: 1006, retryAfterMs: null }],
    ['a gateway that asks for a pause', new OutOfTouch('x', 5_000), { code: 1006, retryAfterMs: 5_000 }],
    ['a house that asks for a pause', new Refused(503, refusal('busy')), { code: 1006, retryAfterMs: 5_000 }],
    ['a session that has ended', new Refused(401, refusal('not_signed_in')), { code: 4001, retryAfterMs: null }],
    ['a page that is too old', new Refused(409, refusal('upgrade_required')), { code: 4013, retryAfterMs: null }],
    ['somebody who may not take part', new Refused(403, refusal('suspended')), { code: 4003, retryAfterMs: null }],
  ])('%s', async (_, trouble, end) => {
    const { clock, requests, ends, last } = await stage()
    last().fail(trouble)
    await clock.turn(60_000)
    expect([ends, requests.length]).toEqual([[end], 2])
  })

  test('a code that the house gives', async () => {
    const { clock, requests, ends, last } = await stage()
    last().answer([{ type: 'drain', in_ms: 5 }], 1012)
    await clock.turn(60_000)
    expect([ends, requests.length]).toEqual([[{ code: 1012, retryAfterMs: null }], 2])
  })

  test('who closes it hears nothing more, and nobody goes on holding', async () => {
    const { clock, requests, heard, ends, line, last } = await stage()
    line.close()
    await clock.turn(60_000)
    expect([last().patience.unwanted?.aborted, requests.length, heard.length, ends]).toEqual([true, 2, 1, []])
  })
})

test('what could have been missed between two requests is looked at every 25 seconds (FAULTS 21)', async () => {
  const { clock, heard, last } = await stage()
  await clock.turn(20_000)
  last().answer([])
  await clock.turn(0)
  expect(heard.filter((one) => one.type === 'changed')).toEqual([])
  await clock.turn(5_000)
  last().answer([])
  await clock.turn(0)
  const looked = heard.filter((one) => one.type === 'changed').map((one) => one.what)
  expect(looked).toEqual([
    'conversations',
    'line',
    'desk',
    'reports',
    'escalations',
    'acts',
    'account',
    'rooms',
    'rota',
  ])
})
