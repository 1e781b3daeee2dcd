import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { findTools } from '@mnemoscope/servers'
import pg from 'pg'
import { startUp, type Up } from '../harness/command.js'
import { linkTools } from '../harness/link-tools.js'
import { repository, toolsDir } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { gains } from './attack.js'
import { recorderAttacks } from './attacks/recorder.js'
import { lifecycleAttacks, serverAttacks } from './attacks/servers.js'
import { planted } from './canaries.js'
import type { Place, Seen } from './look-around.js'

jest.setTimeout(240_000)

/** `nobody`, as Postgres runs only for accounts that have a name; and a number that no account has: nothing is its own. */
const owner = { uid: 65_534, gid: 65_534 }
const stranger = { uid: 61_202, gid: 61_202 }
const inEnvironment = 'environment-canary-9a31'

/** Only root can run something as others; and they have to reach this repository. */
const isPossible =
  process.platform === 'linux' && process.getuid?.() === 0 && isOpen(repository) && isOpen(toolsDir)
const describeAsRoot = isPossible ? describe : describe.skip

describeAsRoot('an account of the same machine', () => {
  let folder: ReturnType<typeof temporaryFolder>
  let up: Up
  let secrets: Map<string, string>
  const given = planted('0.25')

  beforeAll(async () => {
    folder = temporaryFolder('other-account')
    // Into the folder of this repository, where that account cannot write.
    await findTools(['prometheus', 'alertmanager'], { toolsDir })
    linkTools(folder.path)
    // As people write it: with no thought of who reads it. What it keeps secret is for `up` to say.
    writeFileSync(
      join(folder.path, 'mnemoscope.config.ts'),
      `export default ${JSON.stringify(given.config)}\n`,
      {
        mode: 0o600,
      },
    )
    for (const path of ['', '.mnemoscope', 'mnemoscope.config.ts'])
      chownSync(join(folder.path, path), owner.uid, owner.gid)
    chmodSync(folder.path, 0o755)
    const env = { HOME: folder.path, TMPDIR: '/tmp', OPENAI_API_KEY: inEnvironment }
    up = await startUp(folder.path, ['--demo', '--ports', 'auto'], env, owner)
    secrets = secretsOf(folder.path)
    for (const [setting, canary] of given.canaries) secrets.set(setting, canary)
    secrets.set('environment', inEnvironment)
  })

  afterAll(async () => {
    await up?.end('SIGTERM')
    folder?.remove()
  })

  const place = (): Place => ({ folders: [folder.path], pids: processesOf(Object.values(up.run.pids)) })
  const found = ({ texts }: Seen) =>
    [...secrets]
      .filter(([, secret]) => Object.values(texts).some((each) => each.includes(secret)))
      .map(([name]) => name)

  test('reads no secret and changes nothing, in files, processes and sockets', async () => {
    const seen = await lookAround(stranger, place())
    expect(found(seen)).toEqual([])
    expect(seen.changes).toEqual([])
    // It did look: into the folder, and at every process.
    expect(seen.tried).toBeGreaterThan(100)
    expect(place().pids.length).toBeGreaterThan(5)
  })

  test('the account that runs it finds the secrets by the same steps, and can change it', async () => {
    const seen = await lookAround(owner, place())
    expect(found(seen)).toEqual(expect.arrayContaining(['owner-key', 'postgres-password', 'environment']))
    expect(seen.changes.length).toBeGreaterThan(10)
  })

  test('gains nothing at the ports', async () => {
    expect(await gains([...serverAttacks, ...lifecycleAttacks], up.run)).toEqual({})
    expect(await gains(recorderAttacks, up.run)).toEqual({})
    for (const database of [up.run.database, up.run.reader ?? '']) {
      const without = Object.assign(new URL(database), { password: '' })
      const client = new pg.Client({ connectionString: without.href })
      await expect(client.connect()).rejects.toThrow(/password/)
    }
  })
})

/** Whether all may pass through the folders down to it, and into it. */
function isOpen(folder: string): boolean {
  const mode = statSync(folder, { throwIfNoEntry: false })?.mode ?? 0
  return (mode & 0o005) === 0o005 && (folder === '/' || isOpen(dirname(folder)))
}

/** Texts of the keys and passwords that `up` has made, by the names of their files. */
function secretsOf(folder: string): Map<string, string> {
  const below = join(folder, '.mnemoscope/secrets')
  const files = [
    ...readdirSync(below).map((name) => join(below, name)),
    join(folder, '.mnemoscope/postgres-password'),
  ]
  return new Map(files.map((file) => [file.split('/').at(-1) ?? '', readFileSync(file, 'utf8').trim()]))
}

/** These processes, and all that they started. */
function processesOf(pids: readonly number[]): number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const parents = new Map(rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]))
  const isOf = (pid: number): boolean => pids.includes(pid) || (pid > 1 && isOf(parents.get(pid) ?? 0))
  return [...parents.keys()].filter(isOf)
}

async function lookAround(account: typeof owner, place: Place): Promise<Seen> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', join(repository, 'test/security/look-around.ts')],
    {
      cwd: repository,
      env: { PATH: process.env.PATH, HOME: '/nonexistent', TMPDIR: '/tmp' },
      stdio: ['pipe', 'pipe', 'inherit'],
      ...account,
    },
  )
  child.stdin.end(JSON.stringify(place))
  return JSON.parse(await text(child.stdout)) as Seen
}
