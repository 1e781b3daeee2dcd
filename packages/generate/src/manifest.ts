import { type Config, configHash } from '@mnemoscope/kpi'
import { header } from './generated-file.js'

/** Where the manifest lies in a project. */
export const manifestPath = 'mnemoscope.generated.json'

/**
 * Which configuration the generated files are of, and their paths. The hash of the configuration stands here and in the
 * series that announces it, so an edit rewrites only the files whose content it changes.
 */
export function manifest(config: Config, paths: Iterable<string>, servers: ServersForm = 'own'): string {
  const content = {
    generated: header,
    config: configHash(config),
    ...(servers === 'own' ? {} : { servers }),
    files: [...paths].sort(),
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

/** Whose servers files are for: those that run nothing else, or those that somebody runs already. */
export type ServersForm = 'own' | 'existing'

/** Whose servers the files of a manifest are for. */
export function serversOfManifest(text: string): ServersForm {
  return contentOf(text)?.servers === 'existing' ? 'existing' : 'own'
}

function contentOf(text: string): { files?: unknown; servers?: unknown } | null | undefined {
  try {
    return JSON.parse(text) as { files?: unknown; servers?: unknown } | null
  } catch {
    // Two edits of the configuration conflict in its hash. Until that is resolved, the lines of both sides count:
    // what one of them lists was generated, and `generate` writes the manifest anew.
    return {
      files: [...text.matchAll(/^\s*"([^"]+)",?\r?$/gm)].map(([, path]) => path),
      servers: /^\s*"servers": "existing"/m.test(text) ? 'existing' : undefined,
    }
  }
}

/**
 * Paths of the files that an earlier run generated; none where the text is no manifest. Paths that lead out of the
 * project are left out, because `generate` removes files that it no longer writes.
 */
export function pathsOfManifest(text: string): string[] {
  const files = contentOf(text)?.files
  return Array.isArray(files) ? files.filter(isInside) : []
}

function isInside(path: unknown): path is string {
  return typeof path === 'string' && !/^\/|[\\:]/.test(path) && !path.split('/').includes('..')
}

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
