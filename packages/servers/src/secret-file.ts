import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The secret in a file: 192 random bits as hexadecimal digits, made at the first call, readable by the owner only. If two
 * processes make it at once, both get the same one. A folder that is not there is made, for the owner only.
 */
export function secretIn(file: string): string {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const written = `${file}.${process.pid}`
  writeFileSync(written, randomBytes(24).toString('hex'), { mode: 0o600 })
  try {
    linkSync(written, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(written, { force: true })
  }
  return readFileSync(file, 'utf8').trim()
}
