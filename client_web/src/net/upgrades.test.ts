// @vitest-environment node
import { describe, expect, test } from 'vitest'
import { message, stage, welcome, type FakeWire } from './fake_line'

describe('where upgrades do not come through (FAULTS 21, 22)', () => {
  const refuse = (wire: FakeWire) => wire.onclose?.({ code: 1006 })

  test('the second one that is refused is the last: from then on over HTTPS, within two seconds', async () => {
    const { clock, last, wires, polls, socket } = stage()
    socket.start()
    await clock.turn(0)
    refuse(last())
    await clock.turn(1_000)
    refuse(last())
    await clock.turn(1_000)
    expect([wires.length, polls.length]).toEqual([2, 1])
    polls[0]?.onopen?.()
    polls[0]?.hear(welcome)
    expect(socket.touch).toBe('in_touch')
    expect(socket.say({ type: 'seen.mark', conversation: 'c', seq: 1 })).toBe(true)
    expect(polls[0]?.said.map((one) => one.type)).toEqual(['hello', 'seen.mark'])
  })

  test('two that are never answered are given up after five seconds each', async () => {
    const { clock, wires, polls, socket } = stage()
    socket.start()
    await clock.turn(5_000 + 500 + 5_000 + 1_000)
    expect([wires.length, polls.length]).toEqual([2, 1])
  })

  test.each([
    ['the first', 0],
    ['the second', 1],
  ])('%s, where it opens after a minute, says nothing and is not heard', async (_, given) => {
    const { clock, wires, polls, frames, socket } = stage()
    socket.start()
    await clock.turn(5_000 + 500 + 5_000 + 1_000)
    polls[0]?.onopen?.()
    polls[0]?.hear(welcome)
    await clock.turn(30_000)
    polls[0]?.hear(welcome)
    await clock.turn(20_000)
    const late = wires[given]
    late?.onopen?.()
    late?.hear(welcome)
    late?.hear(message(1))
    expect([late?.closed, late?.said, frames.length, socket.touch]).toEqual([true, [], 2, 'in_touch'])
  })

  test('after some minutes, and on waking, a socket is tried again, once', async () => {
    const { clock, last, wires, polls, socket } = stage()
    socket.start()
    for (let refusal = 0; refusal < 2; refusal += 1) {
      await clock.turn(1_000)
      refuse(last())
    }
    await clock.turn(1_000)
    for (let beat = 0; beat < 10; beat += 1) {
      polls[0]?.hear(welcome)
      await clock.turn(30_000)
    }
    expect([wires.length, polls.length, polls[0]?.closed]).toEqual([3, 1, true])
    refuse(last())
    await clock.turn(1_000)
    expect([wires.length, polls.length]).toEqual([3, 2])
  })

  test('an end that the house itself gave is no refusal of the network', async () => {
    const { clock, last, polls, socket } = stage()
    socket.start()
    await clock.turn(0)
    for (let end = 0; end < 4; end += 1) {
      last().onclose?.({ code: 1012 })
      await clock.turn(4_000)
    }
    expect(polls.length).toBe(0)
  })
})
