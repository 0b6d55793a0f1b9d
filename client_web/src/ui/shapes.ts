// Twelve shapes and four hues: one pair per account, so that people can be told apart without faces and without relying on colour.

/** Paths in a 16 by 16 box. */
export const SHAPES = [
  'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z', // round
  'M4 1.5h8A2.5 2.5 0 0 1 14.5 4v8a2.5 2.5 0 0 1-2.5 2.5H4A2.5 2.5 0 0 1 1.5 12V4A2.5 2.5 0 0 1 4 1.5z', // tile
  'M8 1.5 15.2 14H.8z', // peak
  'M8 .8 15.2 8 8 15.2.8 8z', // kite
  'M8 1l7 5.1-2.7 8.4H3.7L1 6.1z', // house
  'M4.5 1.8h7L15 8l-3.5 6.2h-7L1 8z', // honeycomb
  'M8 .8l2.1 4.7 5.1.6-3.8 3.4 1 5L8 12l-4.4 2.5 1-5L.8 6.1l5.1-.6z', // star
  'M5.5 1h5v4.5H15v5h-4.5V15h-5v-4.5H1v-5h4.5z', // plus
  'M8 .8c3 3.7 5 6.3 5 9a5 5 0 0 1-10 0c0-2.7 2-5.3 5-9z', // drop
  'M11 1.5A7 7 0 1 0 11 14.5 8.5 8.5 0 0 1 11 1.5z', // moon
  'M1.5 14.5v-4A9 9 0 0 1 10.5 1.5h4v4a9 9 0 0 1-9 9z', // leaf
  'M1 14.5V8a7 7 0 0 1 14 0v6.5h-4.5V8a2.5 2.5 0 0 0-5 0v6.5z', // arch
] as const

export const HUES = 4

/** The same account always gets the same pair. FNV-1a: short, and spreads ids that differ in one letter. */
export function shapeOf(account: string): { path: string; hue: number } {
  let sum = 0x811c9dc5
  for (let place = 0; place < account.length; place += 1) {
    sum = Math.imul(sum ^ account.charCodeAt(place), 0x01000193) >>> 0
  }
  return { path: SHAPES[sum % SHAPES.length] ?? SHAPES[0], hue: Math.floor(sum / SHAPES.length) % HUES }
}
