import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { childEnvironment } from '../process/environment.js'

/** The first executable file of one of the names in a search path, absolute; undefined if there is none. */
export function findOnPath(
  names: readonly string[],
  searchPath = process.env.PATH ?? '',
): string | undefined {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => names.map((name) => resolve(join(folder, name)))).find(isExecutable)
}

/** True for a file that we may run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The version of a program that names none, as some do that people built themselves. */
export const unknownVersion = 'unknown'

/** Whether a version, as `versionOf` gives it, is before another one. An unknown version is not. */
export function isOlder(version: string, than: string): boolean {
  if (version === unknownVersion) return false
  const numbers = (text: string) => (text.match(/^\d+\.\d+/)?.[0] ?? '0.0').split('.').map(Number)
  const [major = 0, minor = 0] = numbers(version)
  const [leastMajor = 0, leastMinor = 0] = numbers(than)
  return major === leastMajor ? minor < leastMinor : major < leastMajor
}

/**
 * Asks a program for its version, e.g. `2.42.0+ds`; `unknown` where its answer leaves the version empty, as builds
 * without linker flags do (`prometheus, version  (branch: ...`). Rejects if it does not run here or answers otherwise.
 */
export async function versionOf(command: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, ['--version'], {
    timeout: 10_000,
    env: childEnvironment(),
  })
  const answer = /version(?:[ =]v?(\d+\.\d+[^\s,)]*)|\s+\(branch: )/.exec(`${stdout}${stderr}`)
  if (answer === null) throw new Error(`${command} --version names no version`)
  return answer[1] ?? unknownVersion
}
