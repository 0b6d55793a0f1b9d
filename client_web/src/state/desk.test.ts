import { expect, test } from 'vitest'
import type * as wire from '../net/wire'
import { DeskList } from './desk.svelte'
import { FakeStaffHouse, meWith } from './fake_house'

const talk = (id: string): wire.ConversationShown => ({
  conversation: id,
  kind: 'one_to_one',
  title: '',
  purpose: '',
  my_place: 'peer',
  participants: [],
  open: true,
  epoch: 'one',
  last_seq: 1,
  staff_last_seq: null,
  seen_seq: 1,
  history_from: 0,
  opened_at: '2026-11-21T21:00:00Z',
  readers: [],
  clinician_told: false,
  escalation: null,
  question: null,
})

const empty: wire.Desk = {
  ready: false,
  waiting: [],
  peers_ready: 0,
  reports: [],
  appeals: [],
  conversations: [],
  escalations: [],
  brought: [],
}

async function sitDown(first: Partial<wire.Desk> = {}) {
  const stands = { desk: { ...empty, ...first }, met: null as string | null, full: false }
  const house = new FakeStaffHouse({
    'GET /api/desk': () => stands.desk,
    'PUT /api/desk/ready': ({ body }) => {
      if (stands.full) return { conversation: null, ready: false, full: true }
      const ready = (body as wire.SetReady).ready && !stands.met
      stands.desk = { ...stands.desk, ready, conversations: stands.met ? [talk(stands.met)] : [] }
      return { conversation: stands.met, ready, full: false }
    },
  })
  await house.enter(meWith('desk.see', 'line.meet'))
  const met: string[] = []
  const list = new DeskList(house)
  const stop = list.start((conversation) => met.push(conversation))
  await house.clock.turn(0)
  return { house, list, met, stands, stop }
}

test('saying ready gives the person who was waiting', async () => {
  const { list, stands, met } = await sitDown()
  stands.met = 'wren'
  expect(await list.setReady(true)).toBe('wren')
  expect(met).toEqual([])
})

test('who is full is told so, until one of their conversations has ended', async () => {
  const { house, list, stands } = await sitDown({ conversations: [talk('wren')] })
  stands.full = true
  expect(await list.setReady(true)).toBe(null)
  expect(list.full).toBe(true)
  await house.changed('desk')
  expect(list.full).toBe(true)
  stands.desk = { ...stands.desk, conversations: [] }
  await house.changed('conversations')
  expect(list.full).toBe(false)
})

test('while somebody stays ready, whoever comes is given to them, once', async () => {
  const { house, list, stands, met } = await sitDown()
  expect(await list.setReady(true)).toBe(null)
  stands.desk = { ...stands.desk, ready: false, conversations: [talk('wren')] }
  await house.changed('desk')
  await house.changed('conversations')
  expect(met).toEqual(['wren'])
})

test('conversations that were there on arrival are nobody new', async () => {
  const { house, met } = await sitDown({ ready: true, conversations: [talk('wren')] })
  await house.changed('desk')
  expect(met).toEqual([])
})

test('a lost hint costs twenty seconds at most', async () => {
  const { house, list, stands } = await sitDown()
  stands.desk = { ...empty, waiting: [{ asked_at: '2026-11-21T21:00:00Z', unsafe: false }] }
  expect(list.sections.length).toBe(0)
  await house.clock.turn(20_000)
  expect(list.sections.length).toBe(1)
})

test('what came while somebody looked away is marked until its line is opened', async () => {
  const { house, list, stands } = await sitDown()
  list.lookAway()
  stands.desk = { ...empty, conversations: [talk('wren')] }
  await house.changed('desk')
  list.lookBack()
  expect([...list.marked]).toEqual([['conversation:wren', 'new']])
  list.read('conversation:wren')
  expect([...list.marked]).toEqual([])
})

const unread = (list: DeskList) =>
  list.sections.flatMap(({ lines }) => lines.map((line) => (line.kind === 'conversation' ? line.unread : -1)))

const moved = (by: Partial<wire.ListMoved>): wire.ListMoved => ({
  type: 'list.moved',
  conversation: 'wren',
  last_seq: null,
  seen_seq: null,
  here: null,
  ...by,
})

test('a line moves by the house’s word, without being loaded again', async () => {
  const { house, list } = await sitDown({ conversations: [talk('wren')] })
  const loads = house.count('GET /api/desk')
  house.push(moved({ last_seq: 4 }))
  expect(unread(list)).toEqual([3])
  house.push(moved({ seen_seq: 4 }))
  expect(unread(list)).toEqual([0])
  expect(house.count('GET /api/desk')).toBe(loads)
})

test('what is read on this screen is not unread in the list, before and after the house knows', async () => {
  const { house, list, stands } = await sitDown({ conversations: [{ ...talk('wren'), last_seq: 4 }] })
  expect(unread(list)).toEqual([3])
  house.session.hasRead('wren', 4)
  expect(unread(list)).toEqual([0])
  const late = list.desk.load() // which looked before the house knew
  house.session.hasRead('wren', 4)
  await late
  expect(unread(list)).toEqual([0])
  stands.desk = { ...stands.desk, conversations: [{ ...talk('wren'), last_seq: 4, seen_seq: 4 }] }
  await house.changed('desk')
  expect(unread(list)).toEqual([0])
})

test('what moved while a load was under way is not undone by it', async () => {
  const { house, list } = await sitDown({ conversations: [talk('wren')] })
  const late = list.desk.load()
  house.push(moved({ last_seq: 6 }))
  await late
  expect(unread(list)).toEqual([5])
})

test('what is open beside the list is told what was loaded', async () => {
  const { house } = await sitDown()
  house.network = true
  const told: string[][] = []
  const list = new DeskList(house, (all) => told.push(all.map((one) => one.conversation)))
  await list.desk.load()
  expect(told).toEqual([[]])
})

test('out of touch, the list stays as it was', async () => {
  const { house, list } = await sitDown({ conversations: [talk('wren')] })
  house.network = false
  await house.changed('desk')
  expect(list.sections.length).toBe(1)
  expect(list.desk.trouble).not.toBe(undefined)
})

test('a desk that was left asks for nothing more', async () => {
  const { house, stop } = await sitDown()
  stop()
  const before = house.count('GET /api/desk')
  await house.clock.turn(120_000)
  expect(house.count('GET /api/desk')).toBe(before)
})
