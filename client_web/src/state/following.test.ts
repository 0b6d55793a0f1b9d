// A conversation that the house cannot let us follow just now, or does not know that we do: what is said in it comes all the same.

import { describe, expect, test } from 'vitest'
import { Conversation } from './conversation.svelte'
import { rowan, stage, type FakeHouse } from './fake_talk'

const ways = ['open', 'refused'] as const
const way = (sockets: (typeof ways)[number], prepare: (house: FakeHouse) => void) =>
  stage((house) => {
    house.sockets = sockets
    prepare(house)
  })

describe.each(ways)('where sockets are %s', (sockets) => {
  test.each(['unavailable', 'busy', 'slow_down'])(
    'a house that answers %s is asked again, and is heard (FAULTS 49, the client’s half)',
    async (code) => {
      const { house, session, bodies } = await way(sockets, (one) => {
        one.refuses = [code, code, code]
        one.retryAfterMs = 2_000
      })
      await house.clock.turn(30_000)
      const asked = house.followed.length
      house.say(rowan, 'r2', 'Are you there?')
      await house.clock.turn(0)
      expect([session.touch, house.refuses, bodies()]).toEqual(['in_touch', [], ['Hi.', 'Are you there?']])
      expect(asked).toBeLessThanOrEqual(sockets === 'open' ? 4 : 6) // a request that is held is asked anew after 25 s
    },
  )

  test('never sooner than it says, and a moment later, more and more', async () => {
    const { house } = await way(sockets, (one) => {
      one.refuses = Array<string>(4).fill('unavailable')
      one.retryAfterMs = 2_000
    })
    await house.clock.turn(30_000)
    const pauses = house.followed.slice(1, 5).map((at, nth) => at - (house.followed[nth] ?? 0))
    expect(pauses).toEqual([2_500, 3_000, 4_000, 6_000])
  })

  test('what it refuses for good is not asked for again', async () => {
    const { house } = await way(sockets, (one) => (one.refuses = ['not_found']))
    for (let beats = 0; beats < 6; beats += 1) {
      await house.clock.turn(20_000)
      house.beat()
    }
    expect([house.followed.length, house.refuses]).toEqual([1, []])
  })
})

test('where a heartbeat does not name it, it is followed anew: what was said and what is said comes (FAULTS 12)', async () => {
  const { house, bodies, truth } = await stage()
  const [wire] = house.wires
  if (wire) wire.followed = false
  house.say(rowan, 'r2', 'to nobody')
  await house.clock.turn(20_000)
  house.beat()
  await house.clock.turn(0)
  house.say(rowan, 'r3', 'and to you')
  expect(bodies()).toEqual(['Hi.', 'to nobody', 'and to you'])
  expect(bodies()).toEqual(truth())
})

test('a heartbeat that crosses the answer, or names it, changes nothing', async () => {
  const { house } = await stage()
  house.wires.at(-1)?.hear({ type: 'heartbeat', server_time: new Date(house.clock.now()), positions: [] })
  await house.clock.turn(20_000)
  house.beat()
  expect(house.followed.length).toBe(1)
})

test('a conversation that is closed while its turn to ask is awaited is not asked for', async () => {
  const { house, stop } = await stage((one) => (one.refuses = ['unavailable']))
  stop()
  await house.clock.turn(60_000)
  expect(house.followed.length).toBe(1)
})

test('a page that opened while the house could not answer follows as soon as it is read', async () => {
  const { house, session, bodies, truth } = await stage(
    (one) => (one.instead = () => new Response('', { status: 503 })),
  )
  house.instead = undefined
  await house.clock.turn(2_000)
  house.say(rowan, 'r2', 'Are you there?')
  expect([session.touch, bodies()]).toEqual(['in_touch', truth()])
})

test('one that was read only when the person asked again is followed too', async () => {
  const { house, talk, bodies, truth } = await stage((one) => (one.fails = (path) => path.includes('/conversations/')))
  expect(talk.trouble).toBe('out_of_touch')
  house.fails = () => false
  talk.retry()
  await house.clock.turn(10)
  house.say(rowan, 'r2', 'Are you there?')
  expect([talk.trouble, bodies()]).toEqual(['none', truth()])
})

test('one that is closed before it was read is never followed, and hears nothing', async () => {
  const { house, session, doors } = await stage()
  const brief = new Conversation(session, doors, 'c')
  brief.start()()
  await house.clock.turn(100)
  house.say(rowan, 'r2', 'to those who are here')
  expect([house.followed.length, brief.timeline.lines.length]).toEqual([1, 1])
})

test.each(ways)(
  'where sockets are %s, a restored house that cannot show its log just now is asked with pauses, and shown once it can (FAULTS 9, 49)',
  async (sockets) => {
    const { house, talk, bodies } = await way(sockets, (one) => {
      const straight = one.fetch
      one.fetch = async (path, init) => {
        if (one.fails(path)) await new Promise<void>((go) => one.clock.after(50, go)) // as long as a no takes to come
        return straight(path, init)
      }
    })
    await house.clock.turn(5_000)
    house.epoch = 'two'
    house.log = []
    house.fails = (path) => path.includes('/events')
    house.say(rowan, 'x1', 'From the restored house.')
    house.wires.at(-1)?.drop()
    const before = house.tries.length
    await house.clock.turn(60_000)
    expect([house.tries.length - before < 50, talk.trouble]).toEqual([true, 'checking'])
    house.fails = () => false
    await house.clock.turn(20_000)
    expect([bodies(), talk.trouble]).toEqual([['From the restored house.'], 'none'])
  },
)
