import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import type { AppliedChange } from '@mnemoscope/recorder'
import { eventually } from '../../../../test/harness/eventually.js'
import { readPatch } from '../../src/changes/applied-folder.js'
import { type Applier, createApplier } from '../../src/changes/applier.js'
import { mostOfAnEdit, mostOfATest, type RunningServers, startRunningServers } from './running-servers.js'

jest.setTimeout(mostOfATest)

const clock = { scrapeInterval: '1s', alertCheckInterval: '1s' } as const

describe('an applier', () => {
  const changes: AppliedChange[] = []
  let servers: RunningServers
  let configPath: string
  let applier: Applier

  const write = (input: ConfigInput) =>
    writeFileSync(configPath, `export default ${JSON.stringify({ ...clock, ...input })}`)
  const withWarning = (warning: number): ConfigInput => ({ kpis: { f1_score: { thresholds: { warning } } } })
  const open = () => {
    const config = defineConfig(clock)
    const { folder, stateDir, prometheusUrl, alertmanagerUrl, check } = servers
    const endpoints = { prometheus: prometheusUrl, alertmanager: alertmanagerUrl }
    const running = () => ({ endpoints })
    const options = {
      configPath,
      config,
      defaults: {},
      folder,
      check,
      running,
      prometheusUrl,
      alertmanagerUrl,
      stateDir,
    }
    return createApplier(options)
  }

  beforeAll(async () => {
    servers = await startRunningServers(defineConfig(clock))
    mkdirSync(join(servers.folder, 'project'))
    configPath = join(servers.folder, 'project', 'mnemoscope.config.mjs')
    write({})
    applier = open()
    applier.onChange((change) => changes.push(change))
    applier.watch()
  }, 120_000)
  afterAll(async () => {
    await applier?.stop()
    await servers?.stop()
  }, 120_000)

  test('applies an edited file and says what changed', async () => {
    write(withWarning(0.85))
    await eventually('the change', () => changes.length === 1, mostOfAnEdit)
    expect(changes[0]).toMatchObject({
      source: 'file',
      by: expect.any(String),
      differences: [
        { path: 'kpis.f1_score.boundaries' },
        { path: 'kpis.f1_score.thresholds.warning', before: 0.8, after: 0.85 },
      ],
    })
    expect(await warningInForce()).toBe('0.85')
    expect(applier.problem()).toBeUndefined()
  })

  test.each([
    ['with a syntax error', () => writeFileSync(configPath, 'export default {'), 'CONFIG_NOT_LOADABLE'],
    ['with thresholds in the wrong order', () => write(withWarning(0.1)), 'CONFIG_INVALID'],
    ['that is gone', () => rmSync(configPath), 'CONFIG_NOT_FOUND'],
  ])('leaves everything as it was for a file %s, and says why', async (_, edit, code) => {
    edit()
    await eventually('the problem', () => applier.problem()?.code === code, mostOfAnEdit)
    expect(await warningInForce()).toBe('0.85')
    expect(changes).toHaveLength(1)
  })

  test('has no problem once the file is fixed', async () => {
    write(withWarning(0.85))
    await eventually('the end of the problem', () => applier.problem() === undefined, mostOfAnEdit)
    expect(changes).toHaveLength(1)
  })

  test('lays a patch over the file, and keeps it for the next start', async () => {
    const change = await applier.apply({ by: 'ann', patch: { ...withWarning(0.9) } })
    expect(change).toMatchObject({ by: 'ann', source: 'api' })
    expect(await warningInForce()).toBe('0.9')
    expect(readPatch(servers.folder)).toEqual(withWarning(0.9))
    const next = open()
    expect(next.patch()).toEqual(withWarning(0.9))
  })

  test('refuses an invalid patch and keeps the earlier one', async () => {
    const patch = {
      alerting: { groupInterval: '2s' },
      kpis: { f1_score: { thresholds: { warning: 'high' } } },
    }
    await expect(applier.apply({ by: 'ann', patch })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(applier.patch()).toEqual(withWarning(0.9))
    expect(applier.current().alerting.groupInterval).toBe('1m')
  })

  test('refuses patches that are only together too large, and those of settings that the file alone has', async () => {
    const operations = Array.from({ length: 60 }, (_, i) => ({ model: `m${i}`, operations: 10 }))
    const first = applier.patch()
    await expect(
      applier.apply({
        by: 'ann',
        patch: { kpis: { f1_score: { overrides: operations }, context_recall: { overrides: operations } } },
      }),
    ).rejects.toMatchObject({ code: 'PATCH_REFUSED' })
    await expect(
      applier.apply({ by: 'ann', patch: { handlers: { f: { file: '/tmp/f' } } } }),
    ).rejects.toMatchObject({ code: 'PATCH_REFUSED', value: 'handlers' })
    expect(applier.patch()).toEqual(first)
  })

  test('goes back to the file when a null removes the patch', async () => {
    const patch = { kpis: { f1_score: null } }
    await applier.apply({ by: 'ann', patch })
    expect(await warningInForce()).toBe('0.85')
    expect(readPatch(servers.folder)).toEqual({})
  })

  test('has a problem while Alertmanager is down, and applies the edit once it is back', async () => {
    await servers.alertmanager.stop()
    write(withWarning(0.84))
    await eventually(
      'the problem',
      () => applier.problem()?.code === 'ALERTMANAGER_UNREACHABLE',
      mostOfAnEdit,
    )
    expect(await warningInForce()).toBe('0.85')
    await servers.startAlertmanagerAgain()
    await eventually('the change', async () => (await warningInForce()) === '0.84', mostOfAnEdit)
    await eventually('the end of the problem', () => applier.problem() === undefined, mostOfAnEdit)
  })

  async function warningInForce(): Promise<string | undefined> {
    const response = await fetch(`${servers.prometheusUrl}/api/v1/rules?type=alert`)
    const { data } = (await response.json()) as {
      data: { groups: { rules: { name: string; annotations: Record<string, string> }[] }[] }
    }
    const rules = data.groups.flatMap((group) => group.rules)
    return rules.find(({ name }) => name === 'MnemoscopeF1ScoreWarning')?.annotations.threshold
  }
})
