// For tests: a socket on a clock turned by hand, and wires that do nothing by themselves. Nothing of it is in any page.

import { HandClock } from './clock'
import type { Touch, Wire } from './line'
import { Socket } from './socket'
import type { AnyEvent, Ticket } from './wire'

export class FakeWire implements Wire {
  onopen: (() => void) | null = null
  onmessage: ((message: { data: unknown }) => void) | null = null
  onclose: ((ended: { code: number }) => void) | null = null
  onerror: (() => void) | null = null
  said: { type: string; count?: number }[] = []
  closed = false
  send(text: string): void {
    this.said.push(JSON.parse(text) as { type: string })
  }
  close(): void {
    this.closed = true
  }
  hear(event: object): void {
    this.onmessage?.({ data: JSON.stringify(event) })
  }
}

export const welcome = { type: 'welcome', account: 'a', epoch: 'e', server_time: '', heartbeat_seconds: 20, ref: null }
export const message = (seq: number) => ({ type: 'message.posted', conversation: 'c', log: 'public', seq })

export function stage(
  ticket: () => Promise<Ticket> = () => Promise.resolve({ ticket: 't'.repeat(16), expires_at: '' }),
) {
  const clock = new HandClock()
  const wires: FakeWire[] = []
  const polls: FakeWire[] = []
  const touches: Touch[] = []
  const frames: AnyEvent[] = []
  let afresh = 0
  const socket = new Socket(
    {
      clock,
      random: () => 0.5,
      ticket,
      open() {
        wires.push(new FakeWire())
        return last()
      },
      poll() {
        polls.push(new FakeWire())
        return polls.at(-1) ?? last()
      },
    },
    {
      frame: (event) => frames.push(event),
      touch: (touch) => touches.push(touch),
      afresh: () => (afresh += 1),
    },
  )
  const last = (): FakeWire => {
    const wire = wires.at(-1)
    if (!wire) throw new Error('no wire was opened')
    return wire
  }
  const arrive = async () => {
    socket.start()
    await clock.turn(0)
    last().onopen?.()
    last().hear(welcome)
  }
  return { clock, wires, polls, touches, frames, socket, last, arrive, afreshes: () => afresh }
}
