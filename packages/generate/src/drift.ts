/** One difference between what a configuration gives and what is there. */
export interface Drift {
  readonly path: string
  /** `missing`: not there; `changed`: another text; `extra`: there, and no configuration stands for it. */
  readonly kind: 'missing' | 'changed' | 'extra'
}

/**
 * Differences between generated files and those found, by path.
 * @param expected what `generate` gives
 * @param found every file of `generatedFolders`, and of the expected paths those that exist
 */
export function drift(expected: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): Drift[] {
  const differing = [...expected].flatMap(([path, text]): Drift[] => {
    const there = found.get(path)
    if (there === undefined) return [{ path, kind: 'missing' }]
    return there === text ? [] : [{ path, kind: 'changed' }]
  })
  const extra = [...found.keys()]
    .filter((path) => !expected.has(path))
    .map((path): Drift => ({ path, kind: 'extra' }))
  return [...differing, ...extra].sort((a, b) => (a.path < b.path ? -1 : 1))
}
