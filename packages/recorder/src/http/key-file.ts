import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { MnemoscopeError } from '@mnemoscope/kpi'
import { z } from 'zod'
import { hashOf, type Key, scopes } from './access.js'

const keysSchema = z.array(
  z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/),
    scopes: z.array(z.enum(scopes)),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    expiresAt: z.number().optional(),
  }),
)

/** Keys of a file, without those of a file that is not there. @throws MnemoscopeError CONFIG_NOT_LOADABLE */
export function readKeys(file: string): Key[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    // Node leaves out the path of a folder.
    throw Object.assign(error as NodeJS.ErrnoException, { path: file })
  }
  try {
    return keysSchema.parse(JSON.parse(text))
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
 * The keys of a file at each moment: a key that is made or revoked counts from the next request on. A file that becomes
 * unreadable changes nothing.
 * @throws MnemoscopeError CONFIG_NOT_LOADABLE at once for a file that cannot be read
 */
export function keysOf(file: string): () => readonly Key[] {
  let keys = readKeys(file)
  let seen = stateOf(file)
  return () => {
    const state = stateOf(file)
    if (state === seen) return keys
    try {
      keys = readKeys(file)
      seen = state
    } catch {
      // Without its keys the recorder would let in more, not less.
    }
    return keys
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
