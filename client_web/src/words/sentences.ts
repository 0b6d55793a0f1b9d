// For the tests of words: a catalogue as the texts that are in it.

/** Every text of a catalogue, by its path; a function is read as it is written, with all its branches. */
export function sentences(catalogue: object, path = ''): [string, string][] {
  return Object.entries(catalogue).flatMap(([name, value]: [string, unknown]): [string, string][] => {
    const here = path ? `${path}.${name}` : name
    if (typeof value === 'string') return [[here, value]]
    if (typeof value === 'function') return quoted(String(value)).map((words) => [here, words])
    return typeof value === 'object' && value !== null ? sentences(value, here) : []
  })
}

/** The string literals of a function, without the code in between. */
function quoted(source: string): string[] {
  return [...source.matchAll(/'([^'\n]*)'|"([^"\n]*)"|`([^`]*)`/g)].map((found) =>
    (found[1] ?? found[2] ?? found[3] ?? '').replace(/\$\{[^}]*\}/g, 'x'),
  )
}
