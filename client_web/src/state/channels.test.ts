// @vitest-environment node
import { expect, test } from 'vitest'
import { Refused } from '../net/http'
import type { ChannelMade, DeliveryShown } from '../net/wire'
import { Channels } from './channels.svelte'
import { Deliveries } from './deliveries.svelte'
import type { House } from './staff.svelte'

const session = { onChange: () => () => undefined, now: () => 0 }
const house = (doors: object) => ({ doors, session }) as unknown as House
const refused = new Refused(409, { code: 'channel_in_use', message: 'On the list.', field: null, retry_after_ms: null })
const sent = (delivery: string) => ({ delivery, attempts: [] }) as unknown as DeliveryShown

test('a secret is shown until it is put away, and what made none shows none', async () => {
  const answers = [
    { channel: { name: 'a' }, secret: 'whsec_1' } as ChannelMade,
    { channel: {}, secret: null } as ChannelMade,
  ]
  const doors = {
    channels: () => Promise.resolve({ channels: [] }),
    makeChannel: () => Promise.resolve(answers.shift()),
  }
  const channels = new Channels(house(doors))
  expect(await channels.make({ kind: 'webhook', name: 'a' })).toBe(true)
  expect(channels.made?.secret).toBe('whsec_1')
  channels.putAway()
  expect(await channels.make({ kind: 'email', name: 'b' })).toBe(true)
  expect(channels.made).toBeUndefined()
})

test('what cannot be retired is said, and the list says by now who uses it', async () => {
  let loads = 0
  const list = () => Promise.resolve({ channels: [], mail: false, loads: ++loads })
  const channels = new Channels(house({ channels: list, retireChannel: () => Promise.reject(refused) }))
  expect(await channels.retire('c')).toBe(false)
  expect([channels.retiring.code, loads]).toEqual(['channel_in_use', 1])
})

test('a test shows how it went, and where it was sent', async () => {
  const went = { status: 410, reason: 'gone', milliseconds: 12 }
  const channels = new Channels(
    house({ channels: () => Promise.resolve({ channels: [] }), testChannel: () => Promise.resolve(went) }),
  )
  await channels.test('c')
  expect(channels.tested).toEqual({ channel: 'c', went })
})

test('older messages stand below the newest, each once', async () => {
  const pages = [
    { deliveries: [sent('3'), sent('2')], older: '2' },
    { deliveries: [sent('2'), sent('1')], older: null },
  ]
  const asked: object[] = []
  const log = new Deliveries(
    house({ deliveries: (filter: object) => (asked.push(filter), Promise.resolve(pages.shift())) }),
    () => 'id',
  )
  await log.only('delivered', 'e')
  expect(log.hasOlder).toBe(true)
  await log.older()
  expect(log.shown.map((one) => one.delivery)).toEqual(['3', '2', '1'])
  expect(log.hasOlder).toBe(false)
  expect(asked).toEqual([
    { state: 'delivered', escalation: 'e' },
    { state: 'delivered', escalation: 'e', older_than: '2' },
  ])
})

test('a press whose answer was lost is the same press when it is tried again', async () => {
  const presses: string[] = []
  let ids = 0
  const answers = [() => Promise.reject(refused), () => Promise.resolve(sent('1')), () => Promise.resolve(sent('1'))]
  const doors = {
    deliveries: () => Promise.resolve({ deliveries: [sent('1')], older: null }),
    sendAgain: (_: string, body: { client_id: string }) => (presses.push(body.client_id), answers.shift()?.()),
  }
  const log = new Deliveries(house(doors), () => `press-${++ids}`)
  for (let times = 0; times < 3; times += 1) await log.sendAgain('1')
  expect(presses).toEqual(['press-1', 'press-1', 'press-2'])
})
