// Prints how much JavaScript each page loads, gzipped, from the manifest of the last build. `npm run sizes`

import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const MEMBER_LIMIT = 60_000 // bytes: a phone on a slow network opens the door within three seconds
const manifest = JSON.parse(readFileSync(new URL('dist/.vite/manifest.json', import.meta.url), 'utf8'))

/** The chunk and all that it imports, each once. */
function chunks(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  for (const other of manifest[name].imports ?? []) chunks(other, found)
  return found
}

function gzipped(name) {
  return gzipSync(readFileSync(new URL(`dist/${manifest[name].file}`, import.meta.url))).length
}

const pages = Object.keys(manifest).filter((name) => manifest[name].isEntry)
for (const page of pages.sort()) {
  const bytes = [...chunks(page)].reduce((sum, name) => sum + gzipped(name), 0)
  const limit = page === 'index.html' ? ` of ${(MEMBER_LIMIT / 1000).toFixed(0)} kB` : ''
  console.log(`${page.padEnd(18)} ${(bytes / 1000).toFixed(1)} kB${limit}`)
  if (limit && bytes > MEMBER_LIMIT) process.exitCode = 1
}
