import { expect, test } from 'vitest'
import { keyAct, type KeyAct, type Press } from './keys'

const quiet: Press = { key: '', held: false, writing: false, inDialog: false, repeated: false, inList: false }

const table: [string, Partial<Press>, boolean, KeyAct | null][] = [
  ['C claims', { key: 'c' }, true, 'claim'],
  ['a capital means the same', { key: 'C' }, true, 'claim'],
  ['H hides', { key: 'h' }, true, 'hide'],
  ['S steps somebody out', { key: 's' }, true, 'stepOut'],
  ['L closes', { key: 'l' }, true, 'close'],
  ['E calls a clinician', { key: 'e' }, true, 'clinician'],
  ['N meets the next person', { key: 'n' }, true, 'next'],
  ['J goes down', { key: 'j' }, true, 'down'],
  ['K goes up', { key: 'k' }, true, 'up'],
  ['? shows the keys', { key: '?' }, true, 'help'],
  ['Escape goes back', { key: 'Escape' }, true, 'back'],
  ['an arrow in the list moves through it', { key: 'ArrowDown', inList: true }, true, 'down'],
  ['an arrow elsewhere scrolls', { key: 'ArrowDown' }, true, null],
  ['a letter written in a field is a letter', { key: 'h', writing: true }, true, null],
  ['Escape in a field is the field’s', { key: 'Escape', writing: true }, true, null],
  ['a dialog has its own keys', { key: 'l', inDialog: true }, true, null],
  ['Control and C copies', { key: 'c', held: true }, true, null],
  ['a key held down does not act twice', { key: 'h', repeated: true }, true, null],
  ['a key held down goes on through the list', { key: 'j', repeated: true }, true, 'down'],
  ['letters can be turned off', { key: 'c' }, false, null],
  ['arrows work with letters off', { key: 'ArrowUp', inList: true }, false, 'up'],
  ['Escape works with letters off', { key: 'Escape' }, false, 'back'],
  ['a key without a meaning does nothing', { key: 'z' }, true, null],
]

test.each(table)('%s', (_, press, letters, act) => {
  expect(keyAct({ ...quiet, ...press }, letters)).toBe(act)
})
