// Which key does what at the desk. Pure: a key press in, an act out, or nothing while somebody is writing.

export type KeyAct = 'claim' | 'hide' | 'stepOut' | 'close' | 'clinician' | 'next' | 'down' | 'up' | 'help' | 'back'

export interface Press {
  key: string
  /** Control, alt or the command key is held: the browser's own business. */
  held: boolean
  /** The focus is where letters become words: a field, a list to choose from, something editable. */
  writing: boolean
  /** A dialog is open: it has its own keys. */
  inDialog: boolean
  /** Letters held down repeat; acts must not. */
  repeated: boolean
  /** The focus is in the list: elsewhere arrows scroll, as everywhere. */
  inList: boolean
}

const LETTERS: Record<string, KeyAct> = {
  c: 'claim',
  h: 'hide',
  s: 'stepOut',
  l: 'close',
  e: 'clinician',
  n: 'next',
  j: 'down',
  k: 'up',
  '?': 'help',
}
const ARROWS: Record<string, KeyAct> = { ArrowDown: 'down', ArrowUp: 'up' }
const MAY_REPEAT: ReadonlySet<KeyAct> = new Set(['down', 'up'])

/** `letters`: whether single-letter keys are on; people who steer by voice or have a tremor turn them off. */
export function keyAct(press: Press, letters: boolean): KeyAct | null {
  if (press.held || press.writing || press.inDialog) return null
  const act = meaning(press, letters)
  if (!act || (press.repeated && !MAY_REPEAT.has(act))) return null
  return act
}

function meaning(press: Press, letters: boolean): KeyAct | undefined {
  if (press.key === 'Escape') return 'back'
  if (press.inList && press.key in ARROWS) return ARROWS[press.key]
  return letters ? LETTERS[press.key.toLowerCase()] : undefined
}
