import { type ChildProcess, execFileSync, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { endLeftovers } from '../../src/process/leftovers.js'
import { findOnPath } from '../../src/tools/program.js'
import type { FoundTool } from '../../src/tools/tool.js'
import { buildPackage, killParent, startParent } from '../fixtures/parent.js'
import { stateDir } from '../fixtures/state-dir.js'

jest.setTimeout(180_000)

const hasApt = ['apt-get', 'dpkg-deb'].every((name) => findOnPath([name]) !== undefined)
if (!hasApt)
  console.warn('skipped: unpacking Debian packages, because apt-get and dpkg-deb are not on this machine')

/** An account without rights: nobody if we are root, ourselves otherwise. */
const ordinary = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

let state: ReturnType<typeof stateDir>
let parents: ChildProcess[]

beforeAll(buildPackage)
beforeEach(() => {
  parents = []
  state = stateDir()
  if (ordinary.uid !== undefined) chownSync(state.path, ordinary.uid, ordinary.gid)
})
afterEach(async () => {
  await Promise.all(parents.map(killParent))
  // The servers end by themselves, but not at once: until they have, they write into the folder.
  await endLeftovers(state.path)
  state.remove()
})

const findScript = fileURLToPath(new URL('../fixtures/find-tools.mjs', import.meta.url))
const find = (names: string[], env: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, [findScript, JSON.stringify(names), join(state.path, 'tools')], {
    ...ordinary,
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  })

const onDebian = hasApt ? describe : describe.skip
onDebian('Debian packages', () => {
  test('are unpacked and run by an ordinary user, where package lists were never fetched', async () => {
    const installedBefore = existsSync('/usr/share/prometheus')
    const lists = join(state.path, 'no-lists')
    const aptConfig = join(state.path, 'apt.conf')
    mkdirSync(lists)
    writeFileSync(aptConfig, `Dir::State::Lists "${lists}";\n`)
    const { stdout, stderr, status } = find(['alertmanager', 'amtool'], { APT_CONFIG: aptConfig })
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining('package lists') })
    const found = JSON.parse(stdout) as Record<'alertmanager' | 'amtool', FoundTool>
    expect(found.alertmanager.source).toBe('debian')
    expect(readdirSync(join(state.path, 'tools'))).toEqual(['alertmanager-debian'])
    expect(readdirSync(lists).filter((name) => name !== 'partial' && name !== 'lock')).toEqual([])

    const configFile = join(state.path, 'alertmanager.yml')
    writeFileSync(configFile, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n')
    execFileSync(found.amtool.command, ['check-config', configFile])
    const { parent, pids } = await startParent(
      [
        {
          call: 'startAlertmanager',
          options: { command: found.alertmanager.command, configFile, stateDir: state.path, port: 0 },
        },
        { call: 'startPostgres', options: { stateDir: state.path, port: 0, durable: false } },
      ],
      ordinary,
    )
    parents.push(parent)
    expect(pids).toHaveLength(2)
    expect(statSync(join(state.path, 'postgres/data')).uid).toBe(ordinary.uid ?? process.getuid?.())
    expect(readFileSync(join(state.path, 'logs/alertmanager.log'), 'utf8')).toContain('Completed loading')
    expect(existsSync('/usr/share/prometheus')).toBe(installedBefore)
  })

  test('that cannot be had are one error with the reason and the next step', () => {
    const aptConfig = join(state.path, 'apt.conf')
    const none = { sources: join(state.path, 'sources.list'), parts: join(state.path, 'sources.d') }
    writeFileSync(none.sources, '')
    mkdirSync(none.parts)
    writeFileSync(
      aptConfig,
      `Dir::State::Lists "${state.path}/no-lists";\nDir::Etc::SourceList "${none.sources}";\nDir::Etc::SourceParts "${none.parts}";\n`,
    )
    const { stderr, status } = find(['promtool'], { APT_CONFIG: aptConfig })
    expect(status).toBe(1)
    expect(stderr).toMatch(/TOOL_MISSING.*promtool not found on PATH/)
    expect(stderr).toMatch(/Unable to locate package prometheus/)
    expect(stderr).toMatch(/install Prometheus/)
  })
})
