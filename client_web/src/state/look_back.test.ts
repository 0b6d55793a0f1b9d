import { expect, test } from 'vitest'
import type { ReviewPage, ReviewWords } from '../net/wire'
import { FakeStaffHouse, meWith, No } from './fake_house'
import { LookBack, stageOf, type Stage } from './look_back.svelte'

const words: ReviewWords = { at: '2026-11-21T22:00:00Z', went_well: 'You came.', would_help: null }
const page = (more: Partial<ReviewPage> = {}): ReviewPage => ({
  escalation: 'e',
  name: 'Sana',
  closed_at: '2026-11-21T22:00:00Z',
  until: '2026-11-28T22:00:00Z',
  mine: null,
  lesson_shared: false,
  theirs: null,
  theirs_in: false,
  may_write: true,
  put_off: false,
  ...more,
})

test.each<[string, Partial<ReviewPage>, Stage]>([
  ['nothing is in', {}, 'write'],
  ['theirs is in, and kept from me', { theirs_in: true }, 'write'],
  ['put off, and still open', { put_off: true }, 'write'],
  ['mine is in', { mine: words, may_write: false }, 'waiting'],
  ['both are in', { mine: words, theirs: words, theirs_in: true, may_write: false }, 'both'],
  ['a week on with theirs alone', { theirs: words, theirs_in: true, may_write: false }, 'over'],
  ['a week on with nothing', { may_write: false }, 'over'],
])('%s', (_, more, stage) => {
  expect(stageOf(page(more))).toBe(stage)
})

test('what was left empty is not sent as words, and a refusal keeps what was written', async () => {
  let answer: unknown = new No(400, 'points_to_someone')
  const house = new FakeStaffHouse({ 'POST /api/escalations/e/review': () => answer })
  await house.enter(meWith('escalation.follow'))
  const look = new LookBack(house, 'e')
  const said = { went_well: ' You came. ', would_help: ' ', lesson: 'Wren did well.' }
  expect(await look.write(said)).toBe(false)
  expect(look.attempt.code).toBe('points_to_someone')
  answer = page({ mine: words, may_write: false })
  expect(await look.write({ ...said, lesson: '' })).toBe(true)
  expect(house.asked.at(-1)?.body).toEqual({ went_well: 'You came.', would_help: null, lesson: null })
  expect(look.page.value?.may_write).toBe(false)
})
