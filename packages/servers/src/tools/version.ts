import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Asks a program for its version. Rejects if it does not run here or says nothing that looks like one. */
export async function versionOf(command: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, ['--version'], { timeout: 10_000 })
  const version = /version[ =]v?(\d+\.\d+[^\s,)]*)/.exec(`${stdout}${stderr}`)?.[1]
  if (version === undefined) throw new Error(`${command} --version names no version`)
  return version
}
