import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** Where a server's output goes: `STATE_DIR/logs/NAME.log`; its predecessor beside it with `.1`. */
export function logFile(stateDir: string, name: string): string {
  return join(stateDir, 'logs', `${name}.log`)
}

/** The last lines of a file written after `fromByte`, oldest first; none if there is no such file. */
export function lastLines(path: string, fromByte: number, count = 15): string[] {
  const longest = 16_384
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return []
  }
  try {
    const size = fstatSync(file).size
    // A file shorter than it was has been started anew meanwhile.
    const start = Math.max(size - longest, size < fromByte ? 0 : fromByte)
    const bytes = Buffer.alloc(size - start)
    readSync(file, bytes, 0, bytes.length, start)
    return bytes.toString('utf8').trimEnd().split('\n').slice(-count)
  } finally {
    closeSync(file)
  }
}
