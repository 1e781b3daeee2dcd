import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the clone. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * The layers of packages/recorder/src, the lowest first: files and folders. A file imports from its own folder and from
 * what stands before it in this list, never from what stands after it.
 */
export const layers = [
  // What knows nothing of the recorder.
  'message-of',
  'loop',
  'prometheus',
  'metrics',
  'work',
  'database',
  // The toolbox of the API: what a route is, and how it is served.
  'http',
  // The features, each with its routes.
  'config',
  'snapshots',
  'deployments',
  'episodes',
  'alerts',
  'measurements',
  'operations',
  'notifications',
  'incidents',
  'evidence',
  'deliveries',
  'dashboard',
  'analysis',
  'review',
  'status',
  'runbooks',
  'sign-in',
  'audit',
  'reading',
  // The roof: the list of all routes, the app, the recorder.
  'api',
  'recorder',
  'index',
] as const

/** An import of a file that stands above the one that has it. */
export interface ImportUp {
  readonly file: string
  readonly imported: string
}

/** Imports in the recorder's sources that run back up, and files that are in no layer. */
export function importsBackUp(source = join(root, 'packages/recorder/src')): ImportUp[] {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  )
  return files.flatMap((file) => {
    const text = readFileSync(join(source, file), 'utf8')
    const imported = [...text.matchAll(/(?:from|import) '(\.[^']+)\.js'|import\('(\.[^']+)\.js'\)/g)].map(
      ([, one, other]) => normalize(join(dirname(file), one ?? other ?? '')),
    )
    return imported
      .filter((path) => layerOf(path) > layerOf(file) || layerOf(path) < 0)
      .map((path) => ({ file: relative('.', file), imported: path }))
  })
}

function layerOf(path: string): number {
  const [first = ''] = path.replace(/\.ts$/, '').split(sep)
  return (layers as readonly string[]).indexOf(first)
}
