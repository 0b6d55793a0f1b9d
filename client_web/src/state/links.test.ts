// @vitest-environment node
import { expect, test } from 'vitest'
import { partsOf } from './links'

test.each([
  ['no address here', [null]],
  ['see https://example.org/a?b=1.', [null, 'https://example.org/a?b=1', null]],
  ['(http://example.org)', [null, 'http://example.org/', null]],
  ['javascript:alert(1) and data:text/html,x', [null]],
  ['https://you:secret@example.org/', [null]],
  ['HTTPS://EXAMPLE.ORG', ['https://example.org/']],
  ['https://', [null]],
  ['<img src=https://example.org/x onerror=alert(1)>', [null, 'https://example.org/x', null]],
])('%s', (body, hrefs) => {
  expect(partsOf(body).map((part) => part.href)).toEqual(hrefs)
})

test('no character of what somebody wrote is lost', () => {
  const body = 'a https://example.org/x, b\n“https://example.net” c https:// d'
  expect(
    partsOf(body)
      .map((part) => part.text)
      .join(''),
  ).toBe(body)
})
