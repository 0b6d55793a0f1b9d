import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { leaveQuickly, onThreeShifts } from './quickExit'

/** One key, at a time in milliseconds. */
function press(key: string, at: number, repeat = false): void {
  const event = new KeyboardEvent('keydown', { key, repeat })
  Object.defineProperty(event, 'timeStamp', { value: at })
  document.dispatchEvent(event)
}

describe('Shift three times within five seconds (FAULTS 111)', () => {
  test.each([
    [
      'three times',
      [
        ['Shift', 0],
        ['Shift', 400],
        ['Shift', 800],
      ],
      1,
    ],
    [
      'three times, just within',
      [
        ['Shift', 0],
        ['Shift', 2_500],
        ['Shift', 5_000],
      ],
      1,
    ],
    [
      'three times, too slowly',
      [
        ['Shift', 0],
        ['Shift', 2_500],
        ['Shift', 5_001],
      ],
      0,
    ],
    [
      'three times after a first slow one',
      [
        ['Shift', 0],
        ['Shift', 4_000],
        ['Shift', 6_000],
        ['Shift', 8_000],
      ],
      1,
    ],
    [
      'capitals in a sentence',
      [
        ['Shift', 0],
        ['I', 10],
        ['Shift', 300],
        ['A', 310],
        ['Shift', 600],
        ['M', 610],
      ],
      0,
    ],
    [
      'twice',
      [
        ['Shift', 0],
        ['Shift', 10],
      ],
      0,
    ],
    [
      'six times are two',
      [
        ['Shift', 0],
        ['Shift', 1],
        ['Shift', 2],
        ['Shift', 3],
        ['Shift', 4],
        ['Shift', 5],
      ],
      2,
    ],
  ] as const)('%s', (_, keys, times) => {
    const act = vi.fn()
    const stop = onThreeShifts(act)
    for (const [key, at] of keys) press(key, at)
    stop()
    expect(act).toHaveBeenCalledTimes(times)
  })

  test('a key held down is one key', () => {
    const act = vi.fn()
    const stop = onThreeShifts(act)
    press('Shift', 0)
    press('Shift', 30, true)
    press('Shift', 60, true)
    stop()
    expect(act).not.toHaveBeenCalled()
  })
})

describe('leaving', () => {
  const replace = vi.fn()
  const beacon = vi.fn(() => true)

  beforeEach(() => {
    document.body.innerHTML = '<p>words</p>'
    document.title = 'Beside'
    vi.stubGlobal('location', { origin: 'https://house.example', replace })
    vi.stubGlobal('navigator', { onLine: true, sendBeacon: beacon })
    replace.mockClear()
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    document.documentElement.className = ''
  })

  test('empties the page before it says anything to anybody', () => {
    leaveQuickly('https://example.org/', () => {
      expect(document.body.childNodes.length).toBe(0)
    })
    expect([document.body.textContent, document.title]).toEqual(['', ''])
    expect(beacon).toHaveBeenCalledWith('/api/sessions/leave')
  })

  test.each([
    ['https://example.org/news', 'https://example.org/news'],
    ['/blank', 'https://house.example/blank'],
    [undefined, 'about:blank'],
    ['javascript:alert(1)', 'about:blank'],
    ['data:text/html,x', 'about:blank'],
  ])('%s leads to %s (FAULTS 82)', (safeSite, address) => {
    leaveQuickly(safeSite, () => undefined)
    expect(replace).toHaveBeenCalledWith(address)
  })

  test('without a network it leads to an empty page, and to no address of ours', () => {
    vi.stubGlobal('navigator', { onLine: false, sendBeacon: beacon })
    leaveQuickly('/blank', () => undefined)
    expect(replace).toHaveBeenCalledWith('about:blank')
  })
})
