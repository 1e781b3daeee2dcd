import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * The database password of a state directory: 192 random bits, made once, readable by its owner only. Written before the
 * data directory exists, so that there is never a cluster whose password is not known.
 */
export function passwordIn(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
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
