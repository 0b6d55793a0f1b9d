import { describe, expect, test } from 'vitest'
import { rowan, stage, wren, type FakeHouse } from './fake_talk'

test('what is said on both sides is shown once, in order, and one’s own words are stored', async () => {
  const { house, talk, bodies, truth } = await stage()
  talk.send('hello')
  await house.clock.turn(10)
  house.say(rowan, 'r2', 'I’m here.')
  expect(bodies()).toEqual(['Hi.', 'hello', 'I’m here.'])
  expect(bodies()).toEqual(truth())
  expect(talk.pending).toEqual([])
})

test('a push that was lost is mended within a second of the next one (FAULTS 13)', async () => {
  const { house, bodies, truth } = await stage((one) => one.swallow.add(2))
  house.say(rowan, 'r2', 'lost')
  house.say(rowan, 'r3', 'next')
  expect(bodies()).toEqual(['Hi.'])
  await house.clock.turn(1_000)
  expect(bodies()).toEqual(truth())
})

describe('a hole that asking does not close (FAULTS 13)', () => {
  const holed = async () => {
    const staged = await stage((one) => {
      one.swallow.add(2)
      one.omits.add(2)
    })
    staged.house.say(rowan, 'r2', 'lost')
    staged.house.say(rowan, 'r3', 'next')
    return staged
  }

  test('is said, and the lines that are there stay on the screen meanwhile', async () => {
    const { house, talk, bodies } = await holed()
    house.never = (path) => path === '/api/conversations/c/events?log=public'
    await house.clock.turn(999)
    expect(talk.trouble).toBe('none')
    await house.clock.turn(1)
    expect([talk.trouble, bodies()]).toEqual(['checking', ['Hi.']])
  })

  test('is closed by loading afresh', async () => {
    const { house, talk, bodies, truth } = await holed()
    await house.clock.turn(1_000)
    expect([talk.trouble, bodies()]).toEqual(['none', truth()])
  })
})

test('the last push, lost, is found by the next heartbeat (FAULTS 12)', async () => {
  const { house, bodies, truth } = await stage((one) => one.swallow.add(2))
  house.say(rowan, 'r2', 'lost')
  const positions = [{ conversation: 'c', log: 'public', last_seq: 2 }]
  house.wires.at(-1)?.hear({ type: 'heartbeat', server_time: new Date(house.clock.now()), positions })
  await house.clock.turn(1_000)
  expect(bodies()).toEqual(truth())
})

test('after a cut it comes back by itself, with everything said meanwhile, once (FAULTS 5)', async () => {
  const { house, bodies, truth } = await stage()
  house.wires.at(-1)?.drop()
  house.say(rowan, 'r2', 'while you were away')
  await house.clock.turn(2_000)
  house.say(rowan, 'r3', 'and after')
  expect(bodies()).toEqual(truth())
})

test('without any network words are kept as not sent, and go in order when it is back (FAULTS 24)', async () => {
  const { house, session, talk, truth } = await stage()
  house.network = false
  session.cut()
  talk.send('one')
  talk.send('two')
  await house.clock.turn(5_000)
  expect(talk.pending.map((item) => [item.body, item.state])).toEqual([
    ['one', 'unsent'],
    ['two', 'waiting'],
  ])
  expect(session.lost).toBe(true)
  house.network = true
  session.wake()
  await house.clock.turn(100)
  expect(truth()).toEqual(['Hi.', 'one', 'two'])
  expect(talk.pending).toEqual([])
  expect(session.lost).toBe(false)
})

test('where sockets are not let through everything goes over HTTPS (FAULTS 21)', async () => {
  const { house, session, talk, bodies, truth } = await stage((one) => (one.sockets = 'refused'))
  talk.send('hello')
  await house.clock.turn(1_000)
  house.say(rowan, 'r2', 'I’m here.')
  await house.clock.turn(8_000)
  expect(bodies()).toEqual(['Hi.', 'hello', 'I’m here.'])
  expect(bodies()).toEqual(truth())
  expect(session.lost).toBe(false)
})

test('nobody is said to be writing while we cannot know', async () => {
  const { house, talk } = await stage()
  house.wires.at(-1)?.hear({ type: 'typing.started', conversation: 'c', account: 'rowan' })
  expect([...talk.writing.keys()]).toEqual(['rowan'])
  house.wires.at(-1)?.drop()
  expect([...talk.writing.keys()]).toEqual([])
})

test('another epoch means that everything is loaded afresh (FAULTS 9)', async () => {
  const { house, bodies } = await stage()
  house.epoch = 'two'
  house.log = []
  house.say(rowan, 'x1', 'From the restored house.')
  house.wires.at(-1)?.drop()
  await house.clock.turn(2_000)
  expect(bodies()).toEqual(['From the restored house.'])
})

describe('a house that has less of the log than the page does: what it has is loaded afresh, and never nothing said (FAULTS 7)', () => {
  test.each<[string, (house: FakeHouse) => void]>([
    ['told over a socket', () => undefined],
    ['told where sockets are refused', (house) => (house.sockets = 'refused')],
    [
      'seen by asking, where nothing else gets through',
      (house) => {
        house.sockets = 'refused'
        house.never = (path) => ['/api/tickets', '/api/exchange'].includes(path)
      },
    ],
  ])('%s', async (_, bend) => {
    const { house, talk, bodies, truth } = await stage(bend)
    await house.clock.turn(5_000)
    for (const words of ['two', 'three', 'four']) house.say(rowan, words, words)
    await house.clock.turn(10_000)
    expect(bodies()).toEqual(['Hi.', 'two', 'three', 'four'])
    house.log = house.log.slice(0, 2)
    house.wires.at(-1)?.drop()
    await house.clock.turn(30_000)
    expect([bodies(), talk.trouble]).toEqual([['Hi.', 'two'], 'none'])
    house.say(rowan, 'other', 'another three')
    talk.send('and another four')
    await house.clock.turn(20_000)
    expect(bodies()).toEqual(['Hi.', 'two', 'another three', 'and another four'])
    expect([bodies(), talk.pending]).toEqual([truth(), []])
  })
})

describe('two tabs of one person', () => {
  test('show the same, and neither shows its words twice (FAULTS 17)', async () => {
    const first = await stage()
    first.talk.send('from the first tab')
    await first.house.clock.turn(10)
    first.house.say(wren, 'other-tab', 'from the second tab')
    expect(first.bodies()).toEqual(first.truth())
    expect(first.talk.pending).toEqual([])
  })
})

test('somebody who has to step out is told so, by the reason that the house gives', async () => {
  const { house, talk } = await stage()
  house.seats = 403
  house.wires.at(-1)?.hear({ type: 'changed', what: 'conversations' })
  await house.clock.turn(10)
  expect([talk.trouble, talk.goneWhy]).toEqual(['gone', 'stepped_out'])
})

test('after it is closed nothing of it goes on', async () => {
  const { house, talk, stop, bodies } = await stage()
  stop()
  house.say(rowan, 'r2', 'later')
  await house.clock.turn(60_000)
  expect(bodies()).toEqual(['Hi.'])
  expect(talk.outbox.holdsWords).toBe(false)
})
