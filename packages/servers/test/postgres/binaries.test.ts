import { execFileSync } from 'node:child_process'
import { cpSync, lstatSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { repository } from '../../../../test/harness/repository.js'
import {
  chosenBinaries,
  installedBinaries,
  majorVersionOf,
  runnableBinaries,
} from '../../src/postgres/binaries.js'
import { postgresPackage } from '../../src/postgres/fetched.js'
import { stateDir } from '../fixtures/state-dir.js'

jest.setTimeout(60_000)

let state: ReturnType<typeof stateDir>
beforeEach(() => {
  state = stateDir()
})
afterEach(() => state.remove())

const runs = (native: string) =>
  execFileSync(join(native, 'bin/postgres'), ['--version'], { stdio: 'pipe' }).toString()

/** A copy of the installed package's programs as npm unpacks it: without the links that its list names. */
function freshPackage(mode: number): string {
  const installed = installedBinaries() ?? ''
  const folder = join(state.path, 'package')
  mkdirSync(folder, { mode })
  cpSync(join(installed, '../package.json'), join(folder, 'package.json'))
  const native = join(folder, 'native')
  // Not the two thousand files that only a new cluster needs.
  const filter = (path: string) => path !== join(installed, 'share')
  cpSync(installed, native, { recursive: true, verbatimSymlinks: true, filter })
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[]
  for (const { target } of links) rmSync(join(folder, target), { force: true })
  return native
}

test('the links that the package only lists are made, and then its programs run', () => {
  const native = freshPackage(0o755)
  expect(() => runs(native)).toThrow()
  expect(runnableBinaries(native, undefined, state.path)).toBe(native)
  expect(runs(native)).toMatch(/PostgreSQL\) 18\./)
  expect(runnableBinaries(native, undefined, state.path)).toBe(native)
})

test('binaries that the account cannot reach are copied once to where it can', () => {
  const native = freshPackage(0o700)
  const stranger = { uid: 65_534, gid: 65_534 }
  const copy = runnableBinaries(native, stranger, join(state.path, 'place'))
  expect(copy).toBe(join(state.path, 'place/binaries-18.4.0-beta.17'))
  expect(runs(copy)).toMatch(/PostgreSQL\) 18\./)
  const made = lstatSync(copy).ctimeMs
  expect(runnableBinaries(native, stranger, join(state.path, 'place'))).toBe(copy)
  expect(lstatSync(copy).ctimeMs).toBe(made)
})

test('a Postgres from elsewhere, without a package around it, runs where it lies, and says which version it is', () => {
  const native = freshPackage(0o755)
  runnableBinaries(native, undefined, state.path)
  for (const file of ['../package.json', 'pg-symlinks.json']) rmSync(join(native, file))
  const chosen = chosenBinaries(native)
  expect(runnableBinaries(chosen, undefined, state.path)).toBe(chosen)
  expect(majorVersionOf(chosen)).toBe(18)
})

test('a chosen folder without Postgres is an error that names the setting', () => {
  expect(() => chosenBinaries(state.path)).toThrow(
    expect.objectContaining({
      code: 'TOOL_MISSING',
      value: state.path,
      next: expect.stringContaining('MNEMOSCOPE_POSTGRES_BINARIES'),
    }),
  )
})

test('a system without binaries is an error that names it and the way out', () => {
  expect(() => postgresPackage('plan9', 'mips')).toThrow(
    expect.objectContaining({
      code: 'TOOL_MISSING',
      value: 'plan9-mips',
      next: expect.stringContaining('DATABASE_URL'),
    }),
  )
})

test.each(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'])(
  'for %s what is fetched is what the lock file of the repository has',
  (machine) => {
    const [platform, arch] = machine.split('-')
    const { name, version, integrity } = postgresPackage(platform, arch)
    const lock = readFileSync(join(repository, 'pnpm-lock.yaml'), 'utf8')
    expect(lock).toContain(`'${name}@${version}':\n    resolution: {integrity: ${integrity}}`)
  },
)
