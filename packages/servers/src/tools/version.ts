import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** What stands for the version of a program that people built by themselves and that names none. */
export const unknownVersion = 'unknown'

/**
 * Asks a program for its version, e.g. `2.42.0+ds`; `unknown` where its answer leaves the version empty, as builds
 * without linker flags do (`prometheus, version  (branch: ...`). Rejects if it does not run here or answers otherwise.
 */
export async function versionOf(command: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, ['--version'], { timeout: 10_000 })
  const answer = /version(?:[ =]v?(\d+\.\d+[^\s,)]*)|\s+\(branch: )/.exec(`${stdout}${stderr}`)
  if (answer === null) throw new Error(`${command} --version names no version`)
  return answer[1] ?? unknownVersion
}
