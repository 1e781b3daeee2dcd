import { type ChildProcess, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { endLeftovers } from '../../src/process/leftovers.js'
import type { FoundTool } from '../../src/tools/tool.js'
import { describeOnDebian, findAsOrdinary, ordinary, ordinaryStateDir } from '../fixtures/debian.js'
import { buildPackage, killParent, startParent } from '../fixtures/parent.js'

jest.setTimeout(180_000)

const state = ordinaryStateDir()
const parents: ChildProcess[] = []

beforeAll(buildPackage)
afterAll(async () => {
  await Promise.all(parents.map(killParent))
  // The servers end by themselves, but not at once: until they have, they write into the folder.
  await endLeftovers(state.path)
  state.remove()
})

describeOnDebian('Debian packages', () => {
  test('are unpacked and run by an ordinary user, where package lists were never fetched', async () => {
    const installedBefore = existsSync('/usr/share/prometheus')
    const lists = join(state.path, 'no-lists')
    const aptConfig = join(state.path, 'apt.conf')
    mkdirSync(lists)
    writeFileSync(aptConfig, `Dir::State::Lists "${lists}";\n`)
    const { stdout, stderr, status } = findAsOrdinary(state.path, ['alertmanager', 'amtool'], {
      APT_CONFIG: aptConfig,
    })
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
})
