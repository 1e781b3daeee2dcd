import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { type ConfigInput, defineConfig, names } from '@mnemoscope/kpi'
import type { AppliedChange } from '@mnemoscope/recorder'
import { eventually } from '../../../../test/harness/eventually.js'
import { type Applier, createApplier } from '../../src/changes/applier.js'
import { mostOfAnEdit, type RunningServers, startRunningServers } from './running-servers.js'

jest.setTimeout(600_000)

const models = Array.from({ length: 8 }, (_, i) => `model-${i}`)
/** Operations in a second. */
const pace = 50

/** A service whose F1 scores are what the test says, as it is scraped once a second. */
async function startService() {
  const kpi = defineConfig().kpis.f1_score
  const [score, sums] = [new Map(models.map((each) => [each, 0.9])), new Map<string, number>()]
  const began = Date.now() / 1_000
  let count = 0
  const working = setInterval(() => {
    count += pace
    for (const model of models) sums.set(model, (sums.get(model) ?? 0) + pace * (score.get(model) ?? 0))
  }, 1_000)
  const server = createServer((_, response) => {
    const lines = models.flatMap((model) => {
      const labels = `{model="${model}",context_size="8192",operation="search"}`
      const metric = names.metricName(kpi)
      return [`${metric}_count${labels} ${count}`, `${metric}_sum${labels} ${sums.get(model) ?? 0}`]
    })
    const own = [`${names.processStart} ${began}`, `${names.processUptime} ${Date.now() / 1_000 - began}`]
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${[...own, ...lines].join('\n')}\n`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(value: number, of: readonly string[] = models) {
      for (const model of of) score.set(model, value)
    },
    stop() {
      clearInterval(working)
      server.close()
    },
  }
}

describe('an edit that has to be tried first', () => {
  const changes: AppliedChange[] = []
  const problems: (string | undefined)[] = []
  let service: Awaited<ReturnType<typeof startService>>
  let servers: RunningServers
  let configPath: string
  let applier: Applier
  let base: ConfigInput

  const withThresholds = (
    warning: number,
    error = 0.5,
    critical = 0.4,
    rest: ConfigInput = {},
  ): ConfigInput => ({ ...base, ...rest, kpis: { f1_score: { thresholds: { warning, error, critical } } } })
  const write = (input: ConfigInput) => writeFileSync(configPath, `export default ${JSON.stringify(input)}`)
  const open = (config: ConfigInput) => {
    const { folder, stateDir, prometheusUrl, alertmanagerUrl, check } = servers
    const running = () => ({ endpoints: { prometheus: prometheusUrl, alertmanager: alertmanagerUrl } })
    const own = { configPath, config: defineConfig(config), defaults: {}, folder, check, running }
    return createApplier({ ...own, prometheusUrl, alertmanagerUrl, stateDir })
  }
  const firing = async (severity: string) => {
    const expression = `ALERTS{alertstate="firing", kpi="f1_score", severity="${severity}"}`
    const query = new URLSearchParams({ query: expression })
    const response = await fetch(`${servers.prometheusUrl}/api/v1/query?${query}`)
    return ((await response.json()) as { data: { result: unknown[] } }).data.result.length
  }
  const warningInForce = async () => {
    const response = await fetch(`${servers.prometheusUrl}/api/v1/rules?type=alert`)
    const { data } = (await response.json()) as {
      data: { groups: { rules: { name: string; annotations: Record<string, string> }[] }[] }
    }
    const rules = data.groups.flatMap((group) => group.rules)
    return rules.find(({ name }) => name === 'MnemoscopeF1ScoreWarning')?.annotations.threshold
  }

  beforeAll(async () => {
    service = await startService()
    base = {
      ...{ scrapeInterval: '1s', alertCheckInterval: '1s' },
      services: [{ name: 'memory', targets: [service.target] }],
      changes: { backtest: '4m', takeBackWithin: '2m' },
    }
    const first = withThresholds(0.6)
    servers = await startRunningServers(defineConfig(first))
    mkdirSync(join(servers.folder, 'project'))
    configPath = join(servers.folder, 'project', 'mnemoscope.config.mjs')
    write(first)
    const since = Date.now()
    applier = open(first)
    applier.onChange((change) => changes.push(change))
    applier.onProblem((problem) => problems.push(problem?.code))
    applier.watch()
    // An incident that is over, and half of the time that the backtest asks for.
    await eventually(
      'quiet',
      async () => Date.now() - since > 15_000 && (await firing('critical')) === 0,
      mostOfAnEdit,
    )
    service.set(0.3, models.slice(0, 1))
    await eventually('an incident', async () => (await firing('critical')) === 1, mostOfAnEdit)
    // One that lasts: a replay of a moment is an evaluation too early or too late.
    await new Promise((resolve) => setTimeout(resolve, 15_000))
    service.set(0.9)
    await eventually('its end', async () => (await firing('warning')) === 0, mostOfAnEdit)
    await eventually('a past', () => Date.now() - since > 135_000, mostOfAnEdit)
  }, 500_000)
  afterAll(async () => {
    await applier?.stop()
    await servers?.stop()
    service?.stop()
  }, 120_000)

  test('is refused with the verdict if an incident of the past would be missed', async () => {
    write(withThresholds(0.25, 0.2, 0.1))
    await eventually('the refusal', () => applier.problem()?.code === 'CHANGE_REFUSED', mostOfAnEdit)
    expect(applier.problem()?.message).toMatch(
      /^the edit is not applied\. Worse: 2 urgent alerts would be missed\. missed: \w+ of f1_score, model-0 \(search\) at 8192 in memory/,
    )
    expect([await warningInForce(), changes]).toEqual(['0.6', []])
  })

  test('is applied if its backtest finds nothing, and taken back when alerts come that it did not predict', async () => {
    write(withThresholds(0.75))
    await eventually('the change', () => changes.length === 1, mostOfAnEdit)
    expect(await warningInForce()).toBe('0.75')
    // No breach with the earlier configuration, and one at each place with the edit.
    service.set(0.7)
    await eventually('the taking back', () => changes.length === 2, mostOfAnEdit)
    expect(applier.problem()).toMatchObject({
      code: 'CHANGE_TAKEN_BACK',
      message: expect.stringMatching(
        /^the edit was applied and taken back: \d breaches in which only this edit alerts, /,
      ),
    })
    const [edit, back] = changes as [AppliedChange, AppliedChange]
    expect(back).toMatchObject({
      by: `Mnemoscope (takes back an edit by ${edit.by})`,
      sha256: edit.previousSha256,
      previousSha256: edit.sha256,
    })
    expect(applier.current().kpis.f1_score.thresholds.warning).toBe(0.6)
    expect(await warningInForce()).toBe('0.6')
  })

  test('is not applied a second time, by a new process neither', async () => {
    write(withThresholds(0.75))
    await expect(applier.apply({ by: 'ann' })).rejects.toMatchObject({ code: 'CHANGE_TAKEN_BACK' })
    const next = open(withThresholds(0.75))
    await expect(next.apply({ by: 'ann' })).rejects.toMatchObject({ code: 'CHANGE_TAKEN_BACK' })
    await next.stop()
    expect([await warningInForce(), changes.length, problems.at(-1)]).toEqual(['0.6', 2, 'CHANGE_TAKEN_BACK'])
  })

  test('is applied once it is another one, and stays while both configurations alert alike', async () => {
    write(withThresholds(0.59))
    await eventually('the change', () => changes.length === 3, mostOfAnEdit)
    expect(applier.problem()).toBeUndefined()
    const applied = Date.now()
    service.set(0.3)
    await eventually(
      'alerts everywhere',
      async () => (await firing('critical')) === models.length,
      mostOfAnEdit,
    )
    await eventually('some looks', () => Date.now() - applied > 20_000, mostOfAnEdit)
    expect([await warningInForce(), changes.length]).toEqual(['0.59', 3])
  })
})
