import { expect, test } from 'vitest'
import { FakeStaffHouse, meWith, No } from './fake_house'
import { digits, entriesFor, may, SigningIn, type Entry } from './staff.svelte'

const pages: [string, string[], Entry[]][] = [
  ['a peer has the desk', ['desk.see', 'line.meet'], ['desk']],
  ['a clinician has the on-call page', ['escalation.acknowledge'], ['onCall']],
  ['a coordinator has the desk and the coordinator’s page', ['desk.see', 'staff.see'], ['desk', 'coordinate']],
  ['a member has none', ['message.send'], []],
]

test.each(pages)('%s', (_, permissions, entries) => {
  expect(entriesFor(meWith(...permissions))).toEqual(entries)
})

test('nobody is signed in: nothing may be done', () => {
  expect(may(undefined, 'desk.see')).toBe(false)
})

const pasted: [string, string][] = [
  ['123456', '123456'],
  ['123 456', '123456'],
  [' 123-456 ', '123456'],
  ['1234567', '123456'],
  ['abc', ''],
]

test.each(pasted)('the numbers in %j are %j', (text, expected) => {
  expect(digits(text)).toBe(expected)
})

test('the numbers are asked for only after the name and password were right', async () => {
  const house = new FakeStaffHouse({
    'POST /api/sessions/password': ({ body }) =>
      (body as { numbers?: string }).numbers === '123456' ? meWith('desk.see') : new No(401, 'second_factor_needed'),
  })
  const signing = new SigningIn(house)
  await signing.tell(' ada ', 'a long password', '')
  expect(signing.asksNumbers).toBe(true)
  expect(signing.attempt.trouble).toBe(undefined)
  expect(house.session.me).toBe(undefined)
  await signing.tell(' ada ', 'a long password', '123 456')
  expect(house.session.me?.pseudonym).toBe('Ada')
  expect(house.asked.find((one) => one.method === 'POST')?.body).toEqual({ name: 'ada', password: 'a long password' })
})

test('a wrong password says so, and asks for nothing more', async () => {
  const house = new FakeStaffHouse({ 'POST /api/sessions/password': () => new No(401, 'wrong_sign_in') })
  const signing = new SigningIn(house)
  await signing.tell('ada', 'wrong', '')
  expect(signing.asksNumbers).toBe(false)
  expect(signing.attempt.code).toBe('wrong_sign_in')
})
