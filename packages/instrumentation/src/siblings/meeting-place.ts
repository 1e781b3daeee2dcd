import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readlinkSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

/**
 * Where processes of one user with the same address find one another: a socket in a folder that only this user can open, on
 * Windows a named pipe.
 * @throws Error if the folder belongs to somebody else or is open to others
 */
export function meetingPlace(host: string, port: number): string {
  const name = createHash('sha256').update(`${host} ${port} ${networkNamespace()}`).digest('hex').slice(0, 16)
  if (process.platform === 'win32') return `\\\\.\\pipe\\mnemoscope-${userInfo().username}-${name}`
  const user = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `mnemoscope-${user}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== user || (found.mode & 0o077) !== 0)
    throw new Error(`${folder} is not a folder that only this user can enter`)
  return join(folder, `${name}.sock`)
}

/** Containers can share a folder for temporary files, and have the same port each for itself. */
function networkNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/net')
  } catch {
    return ''
  }
}
