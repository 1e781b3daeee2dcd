import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { configHash, defineConfig, names } from '@mnemoscope/kpi'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { generationsIn } from '../../src/changes/applied-folder.js'
import { applyFiles, areApplied } from '../../src/changes/apply-files.js'
import { mostOfATest, type RunningServers, startRunningServers } from './running-servers.js'

jest.setTimeout(mostOfATest)

const withWarning = (warning: number) =>
  defineConfig({
    scrapeInterval: '1s',
    alertCheckInterval: '1s',
    kpis: { f1_score: { thresholds: { warning } } },
  })

describe('generated files', () => {
  const before = withWarning(0.8)
  let servers: RunningServers

  beforeAll(async () => {
    servers = await startRunningServers(before)
  }, 120_000)
  afterAll(async () => servers?.stop(), 120_000)

  test('are applied once both servers run them', async () => {
    expect(await areApplied(servers.files(before), servers)).toBe(true)
    const after = withWarning(0.85)
    expect(await areApplied(servers.files(after), servers)).toBe(false)
    await applyFiles(servers.files(after), servers)
    expect(await areApplied(servers.files(after), servers)).toBe(true)
    expect(await runningHash(servers)).toBe(configHash(after))
    expect(await thresholdInForce(servers)).toBe('0.85')
  })

  test('with the same routing do not reload Alertmanager', async () => {
    const before = await reloadedAt(servers)
    await applyFiles(servers.files(withWarning(0.86)), servers)
    expect(await reloadedAt(servers)).toBe(before)
    await applyFiles(servers.files(withWarning(0.85)), servers)
  })

  test('that promtool refuses change nothing', async () => {
    const files = servers.files(withWarning(0.84))
    const path = 'prometheus/rules/f1_score.yml'
    files.set(path, (files.get(path) ?? '').replace('current <= 0.84', 'current <<= 0.84'))
    await expect(applyFiles(files, servers)).rejects.toMatchObject({
      code: 'GENERATED_REJECTED',
      message: expect.stringContaining('promtool'),
    })
    expect(await thresholdInForce(servers)).toBe('0.85')
    expect(await areApplied(servers.files(withWarning(0.85)), servers)).toBe(true)
  })

  test('with an expression that Prometheus loads but cannot evaluate are rolled back', async () => {
    const files = servers.files(withWarning(0.83))
    const path = 'prometheus/rules/mnemoscope-pipeline.yml'
    const group =
      '  - name: own\n    rules:\n      - { record: own, expr: prometheus_http_requests_total * on (job) prometheus_http_requests_total }\n'
    files.set(path, `${files.get(path)}${group}`)
    await waitForSeries(servers)
    await expect(applyFiles(files, servers)).rejects.toMatchObject({
      code: 'CHANGE_ROLLED_BACK',
      message: expect.stringContaining('many-to-many'),
    })
    expect(await areApplied(servers.files(withWarning(0.85)), servers)).toBe(true)
  })

  test('that no server reads are not applied, and the error says so and what to do', async () => {
    const elsewhere = temporaryFolder('unread')
    const generations = generationsIn(elsewhere.path)
    await expect(
      applyFiles(servers.files(withWarning(0.84)), { ...servers, generations }),
    ).rejects.toMatchObject({
      code: 'CHANGE_ROLLED_BACK',
      message: expect.stringContaining(`Prometheus does not read the files in ${generations.current}`),
      next: expect.stringMatching(/--config\.file=.+\/prometheus\/prometheus\.yml.+--into-existing.+doctor/),
    })
    expect(await thresholdInForce(servers)).toBe('0.85')
    elsewhere.remove()
  })

  test('change nothing while a server is down, and are applied once it is back', async () => {
    const files = servers.files(withWarning(0.82))
    const down = { ...servers, alertmanagerUrl: 'http://127.0.0.1:9' }
    await expect(applyFiles(files, down)).rejects.toMatchObject({ code: 'ALERTMANAGER_UNREACHABLE' })
    expect(await thresholdInForce(servers)).toBe('0.85')
    await applyFiles(files, servers)
    expect(await thresholdInForce(servers)).toBe('0.82')
  })

  test('are rolled back in Alertmanager too if Prometheus refuses to reload', async () => {
    const files = servers.files(withWarning(0.81))
    const path = 'alertmanager/alertmanager.yml'
    files.set(path, (files.get(path) ?? '').replace('receiver: nobody', 'receiver: nobody\n  group_wait: 7s'))
    const prometheus = 'prometheus/prometheus.yml'
    // A newer promtool may know more than the Prometheus that runs: here nothing is checked beforehand.
    files.set(prometheus, `${files.get(prometheus)}of_a_later_version: true\n`)
    const change = applyFiles(files, { ...servers, check: async () => [] })
    await expect(change).rejects.toMatchObject({
      code: 'CHANGE_ROLLED_BACK',
      message: expect.stringContaining('of_a_later_version'),
    })
    const status = await fetch(`${servers.alertmanagerUrl}/api/v2/status`)
    expect(await status.text()).not.toContain('group_wait: 7s')
    expect(await areApplied(servers.files(withWarning(0.82)), servers)).toBe(true)
  })
})

interface Rules {
  data: {
    groups: {
      rules: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> }[]
    }[]
  }
}

async function rule({ prometheusUrl }: RunningServers, name: string) {
  const { data } = (await (await fetch(`${prometheusUrl}/api/v1/rules`)).json()) as Rules
  return data.groups.flatMap(({ rules }) => rules).find((each) => each.name === name)
}

async function thresholdInForce(servers: RunningServers) {
  return (await rule(servers, 'MnemoscopeF1ScoreWarning'))?.annotations?.threshold
}

async function reloadedAt({ alertmanagerUrl }: RunningServers) {
  const metrics = await (await fetch(`${alertmanagerUrl}/metrics`)).text()
  return /^alertmanager_config_last_reload_success_timestamp_seconds (\S+)/m.exec(metrics)?.[1]
}

async function runningHash(servers: RunningServers) {
  return (await rule(servers, names.configInfo))?.labels?.sha256
}

/** Until Prometheus has scraped itself, more than one series. */
async function waitForSeries({ prometheusUrl }: RunningServers): Promise<void> {
  for (;;) {
    const query = 'count(prometheus_http_requests_total)'
    const response = await fetch(`${prometheusUrl}/api/v1/query?query=${query}`)
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } }
    if (Number(data.result[0]?.value[1] ?? 0) > 1) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
