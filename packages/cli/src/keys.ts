import { timingSafeEqual } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { readText } from './read-text.js'
import { stateFolder } from './up/run-file.js'

/** File of the keys that people make, below a project's folder. */
export function keyFileOf(folder: string): string {
  return join(stateFolder(folder), 'keys.json')
}

/** Folder of the keys and passwords that `mnemoscope up` makes for its own parts; only its owner can read it. */
export function ownSecrets(folder: string): string {
  return join(stateFolder(folder), 'secrets')
}

/** Files of that folder. Each has one secret. */
export const ownFiles = {
  /** All scopes: for the commands, and for signing the page's cookies. */
  owner: 'owner-key',
  /** `write:alerts`. */
  alertmanager: 'alertmanager-key',
  /** `write:measurements`. */
  demo: 'demo-key',
  /** Signs one browser in, then it is removed. */
  signIn: 'sign-in-code',
} as const

/** Text of a secret; undefined if there is none. */
export function secretAt(folder: string, file: string): string | undefined {
  try {
    return readText(join(folder, file)).trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whether a code is the one that waits in the folder; it works once. */
export function takeSignInCode(folder: string, code: string): boolean {
  const waiting = Buffer.from(secretAt(folder, ownFiles.signIn) ?? '')
  const given = Buffer.from(code)
  if (waiting.length === 0 || waiting.length !== given.length || !timingSafeEqual(waiting, given))
    return false
  rmSync(join(folder, ownFiles.signIn), { force: true })
  return true
}
