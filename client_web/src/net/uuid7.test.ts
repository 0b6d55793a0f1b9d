// @vitest-environment node
import { expect, test } from 'vitest'
import { uuid7 } from './uuid7'

test('an id carries its time, its version and its variant', () => {
  const id = uuid7(0x0123_4567_89ab, (bytes) => bytes.fill(0xff))
  expect(id).toBe('01234567-89ab-7fff-bfff-ffffffffffff')
})

test('ids made later sort later, and no two are the same', () => {
  const ids = Array.from({ length: 200 }, (_, place) => uuid7(1_800_000_000_000 + place))
  expect([...ids].sort()).toEqual(ids)
  expect(new Set(ids).size).toBe(200)
})
