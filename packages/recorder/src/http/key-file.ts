import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { z } from 'zod'
import { hashOf, type Key, scopes } from './access.js'
import type { Frozen } from './route.js'

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/)

/** As the label `job` has them. None at all would be a key for nothing, and easily read as one for everything. */
const services = z.array(z.string().min(1).max(220)).min(1).max(100).optional()

const keyFileSchema = z.strictObject({
  /** Of two keys with one name, one was rotated, and both work until the older one ends. */
  keys: z.array(
    z.strictObject({
      name,
      scopes: z.array(z.enum(scopes)),
      services,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      expiresAt: z.number().optional(),
    }),
  ),
  changes: z.array(
    z.strictObject({
      /** The change's own, by which several recorders add it to the audit log once. */
      id: z.uuid(),
      /** Unix ms. */
      at: z.number(),
      /** The user of the machine who ran the command. */
      by: z.string(),
      change: z.enum(['create', 'rotate', 'revoke']),
      name,
      scopes: z.array(z.enum(scopes)),
      services,
    }),
  ),
})

/** The keys that people made, and what they made and revoked, oldest first. */
export interface KeyFile {
  readonly keys: readonly Key[]
  readonly changes: readonly KeyChange[]
}

export type KeyChange = Frozen<z.output<typeof keyFileSchema>['changes'][number]>

/** What a file has, nothing if it is not there. @throws MnemoscopeError CONFIG_NOT_LOADABLE */
export function readKeyFile(file: string): KeyFile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { keys: [], changes: [] }
    // Node leaves out the path of a folder.
    throw Object.assign(error as NodeJS.ErrnoException, { path: file })
  }
  try {
    return keyFileSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new MnemoscopeError('CONFIG_NOT_LOADABLE', `${file} is no list of keys`, {
      value: file,
      expected: 'what `mnemoscope key create` wrote',
      next: 'Restore the file, or remove it and make new keys.',
      cause,
    })
  }
}

/**
 * What a file has at each moment: a key that is made or revoked counts from the next request on. A file that becomes
 * unreadable changes nothing.
 * @throws MnemoscopeError CONFIG_NOT_LOADABLE at once for a file that cannot be read
 */
export function followKeyFile(file: string): () => KeyFile {
  let content = readKeyFile(file)
  let seen = stateOf(file)
  return () => {
    const state = stateOf(file)
    if (state === seen) return content
    try {
      content = readKeyFile(file)
      seen = state
    } catch {
      // Without its keys the recorder would let in more, not less.
    }
    return content
  }
}

function stateOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false })
  return found === undefined ? '' : `${found.ino} ${found.size} ${found.mtimeMs}`
}

/** A new key. The text is shown once; only its hash is kept. */
export function newKey(given: Omit<Key, 'sha256'>): { readonly key: Key; readonly text: string } {
  const text = `mnk_${randomBytes(32).toString('base64url')}`
  return { key: { ...given, sha256: hashOf(text) }, text }
}
