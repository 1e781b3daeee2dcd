import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type FindToolOptions, findTool, findTools } from '../../src/tools/find-tool.js'
import { releaseFolder } from '../../src/tools/from-release.js'
import { stateDir } from '../fixtures/state-dir.js'
import { type ReleaseSite, releaseSite } from './release-site.js'

let room: ReturnType<typeof stateDir>
let site: ReleaseSite
let bin: string
let toolsDir: string

beforeEach(async () => {
  room = stateDir()
  site = await releaseSite()
  bin = join(room.path, 'bin')
  toolsDir = join(room.path, 'tools')
})
afterEach(async () => {
  await site.close()
  room.remove()
})

function program(path: string, body: string, mode = 0o755): string {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, `#!/bin/sh\n${body}\n`)
  chmodSync(path, mode)
  return path
}
const says = (version: string) => `echo "prometheus, version ${version} (branch: HEAD)"`
const options = (more: Partial<FindToolOptions> = {}): FindToolOptions => ({
  toolsDir,
  searchPath: `/nowhere:${bin}`,
  fetchFrom: [],
  ...more,
})

test('a configured path comes before PATH', async () => {
  program(join(bin, 'prometheus'), says('2.50.0'))
  const command = program(join(room.path, 'mine', 'prom'), says('2.99.0'))
  expect(await findTool('prometheus', options({ configured: { prometheus: command } }))).toEqual({
    name: 'prometheus',
    command,
    version: '2.99.0',
    source: 'configured',
  })
})

test('a configured path that does not run is an error that names it, whatever is on PATH', async () => {
  program(join(bin, 'prometheus'), says('2.50.0'))
  const refused = findTool('prometheus', options({ configured: { prometheus: '/no/such/prometheus' } }))
  await expect(refused).rejects.toMatchObject({ code: 'TOOL_MISSING', value: '/no/such/prometheus' })
})

test('Alertmanager on PATH is found by the name Debian gives it', async () => {
  const command = program(join(bin, 'prometheus-alertmanager'), 'echo "alertmanager, version 0.25.0" >&2')
  expect(await findTool('alertmanager', options())).toMatchObject({
    command,
    version: '0.25.0',
    source: 'path',
  })
})

test('a program that people built without a version is found, its version unknown', async () => {
  const command = program(
    join(bin, 'prometheus'),
    'echo "prometheus, version  (branch: , revision: unknown)"',
  )
  expect(await findTool('prometheus', options())).toMatchObject({
    command,
    version: 'unknown',
    source: 'path',
  })
})

test('PATH comes before what was fetched earlier', async () => {
  program(join(toolsDir, releaseFolder('prometheus'), 'prometheus'), says('3.0.0'))
  expect(await findTool('prometheus', options())).toMatchObject({ version: '3.0.0', source: 'release' })
  program(join(bin, 'prometheus'), says('2.50.0'))
  expect(await findTool('prometheus', options())).toMatchObject({ version: '2.50.0', source: 'path' })
})

test('a file that may not be run, or a folder of that name, is passed over', async () => {
  program(join(bin, 'prometheus'), says('2.50.0'), 0o644)
  mkdirSync(join(bin, 'promtool'))
  await expect(findTools(['prometheus', 'promtool'], options())).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    value: ['prometheus', 'promtool'],
  })
})

test('a program on PATH that does not run here is passed over and named if nothing else is found', async () => {
  program(join(bin, 'prometheus'), 'exit 126')
  await expect(findTool('prometheus', options())).rejects.toThrow(`${join(bin, 'prometheus')} does not run`)
  const fetched = await findTool('prometheus', options({ fetchFrom: ['release'], releaseBaseUrl: site.url }))
  expect(fetched.source).toBe('release')
})

test('a fetched program that does not run any more is fetched again', async () => {
  program(join(toolsDir, releaseFolder('prometheus'), 'prometheus'), 'exit 1')
  const found = await findTool('prometheus', options({ fetchFrom: ['release'], releaseBaseUrl: site.url }))
  expect(found).toMatchObject({ version: '3.13.2', source: 'release' })
})

test('if a release cannot be fetched, progress says why before the next source is tried', async () => {
  site.fault = 'missing'
  const messages: string[] = []
  const found = findTool('prometheus', {
    ...options({ fetchFrom: ['release'], releaseBaseUrl: site.url }),
    onProgress: ({ message }) => messages.push(message),
  })
  await expect(found).rejects.toMatchObject({ code: 'TOOL_MISSING' })
  expect(messages).toEqual([expect.stringContaining('answered 404')])
})

test('a fetched program that was killed while it printed its version is kept; one that does not run is removed', async () => {
  const fetched = join(toolsDir, releaseFolder('prometheus'), 'prometheus')
  program(fetched, 'kill -9 $$')
  await expect(findTool('prometheus', options())).rejects.toMatchObject({ code: 'TOOL_MISSING' })
  expect(existsSync(fetched)).toBe(true)
  program(fetched, 'exit 1')
  await expect(findTool('prometheus', options())).rejects.toMatchObject({ code: 'TOOL_MISSING' })
  expect(existsSync(fetched)).toBe(false)
})

test('a program that is too old to ask for passwords is refused, and passed over on PATH', async () => {
  const old = program(join(bin, 'prometheus'), says('2.20.1'))
  await expect(
    findTool('prometheus', { ...options(), configured: { prometheus: old } }),
  ).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    value: '2.20.1',
    expected: 'prometheus 2.42 or newer',
  })
  program(join(toolsDir, releaseFolder('prometheus'), 'prometheus'), says('3.0.0'))
  expect(await findTool('prometheus', options())).toMatchObject({ version: '3.0.0', source: 'release' })
})
