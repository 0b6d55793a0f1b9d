// Keys at the desk press the buttons one can see: a key without its button on the screen does nothing.

import { keyAct, type KeyAct } from '../../state/keys'

export const keyNames: Record<KeyAct, string> = {
  claim: 'C',
  hide: 'H',
  stepOut: 'S',
  close: 'L',
  clinician: 'E',
  next: 'N',
  down: 'J',
  up: 'K',
  help: '?',
  back: 'Esc',
}

const WRITING = 'input, textarea, select, [contenteditable]'

/** Listens until the returned function is called. `move` goes through the list; every other act presses its button. */
export function listen(letters: () => boolean, move: (by: 1 | -1) => void): () => void {
  const pressed = (event: KeyboardEvent) => {
    const at = event.target instanceof Element ? event.target : document.body
    const act = keyAct(
      {
        key: event.key,
        held: event.ctrlKey || event.altKey || event.metaKey,
        writing: at.closest(WRITING) !== null,
        inDialog: document.querySelector('dialog[open]') !== null,
        repeated: event.repeat,
        inList: at.closest('[data-list]') !== null,
      },
      letters(),
    )
    if (!act || event.defaultPrevented) return
    if (act === 'down' || act === 'up') move(act === 'down' ? 1 : -1)
    else if (!press(act)) return
    event.preventDefault()
  }
  addEventListener('keydown', pressed)
  return () => {
    removeEventListener('keydown', pressed)
  }
}

function press(act: KeyAct): boolean {
  const button = [...document.querySelectorAll<HTMLElement>(`[data-act="${act}"]`)].find(
    (one) => one.checkVisibility() && !one.matches(':disabled'),
  )
  button?.click()
  return button !== undefined
}
