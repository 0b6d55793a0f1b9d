// @vitest-environment node
import { expect, test } from 'vitest'
import {
  nobodyWriting,
  nothingSeen,
  seenByOthers,
  seenMoves,
  startsWriting,
  stillWriting,
  stopsWriting,
} from './people'

test('a “writing” is forgotten after six seconds, or when the words arrive', () => {
  const writing = startsWriting(startsWriting(nobodyWriting, 'rowan', 0), 'moss', 3_000)
  expect([...stillWriting(writing, 6_000).keys()]).toEqual(['moss'])
  expect([...stopsWriting(writing, 'moss').keys()]).toEqual(['rowan'])
})

test('seeing moves forward only, and one’s own seeing is not somebody else’s', () => {
  const seen = seenMoves(seenMoves(seenMoves(nothingSeen, 'rowan', 4), 'rowan', 2), 'wren', 9)
  expect(seenByOthers(seen, 'wren')).toBe(4)
  expect(seenByOthers(nothingSeen, 'wren')).toBe(0)
})
