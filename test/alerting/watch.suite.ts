import { mkdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { ConfigInput } from '@mnemoscope/kpi'
import { mnemoscope, mnemoscopeHere } from '../harness/command.js'
import { linkTools } from '../harness/link-tools.js'
import { type Monitoring, startMonitoringServers } from './monitoring.js'

/** `mnemoscope watch --once`, as a pipeline or a cron job runs it: its exit code says how it went. */
const input: ConfigInput = { scrapeInterval: '1s', alertCheckInterval: '1s' }
let monitoring: Monitoring
let project: string

beforeAll(async () => {
  monitoring = await startMonitoringServers(input)
  project = join(monitoring.folder, 'project')
  mkdirSync(project)
  linkTools(project)
}, 120_000)

afterAll(() => monitoring?.stop())

async function watch(text: string, run = mnemoscopeHere) {
  writeFileSync(join(project, 'mnemoscope.config.mjs'), text)
  const { folder, prometheusUrl, alertmanagerUrl } = monitoring
  const { exitCode, stdout, stderr } = await run(project, [
    ...['watch', '--once', '--json', '--apply-to', folder],
    ...['--prometheus-url', prometheusUrl, '--alertmanager-url', alertmanagerUrl],
    ...['--config', 'mnemoscope.config.mjs'],
  ])
  const told = `${stdout}${stderr}`.trim().split('\n').at(-1) ?? ''
  return { exitCode, told: JSON.parse(told), inForce: readlinkSync(join(folder, 'current')) }
}

const withInput = (kpis: ConfigInput['kpis'], alerting?: ConfigInput['alerting']) =>
  `export default ${JSON.stringify({ ...input, kpis, alerting })}`

async function warningThreshold(): Promise<string | undefined> {
  const response = await fetch(`${monitoring.prometheusUrl}/api/v1/rules?type=alert`)
  const { data } = (await response.json()) as {
    data: { groups: { rules: { name: string; annotations: Record<string, string> }[] }[] }
  }
  const rules = data.groups.flatMap((group) => group.rules)
  return rules.find(({ name }) => name === 'MnemoscopeF1ScoreWarning')?.annotations.threshold
}

test('an edit is in force in the running Prometheus when the command ends, and 0 says so', async () => {
  expect(await watch(withInput({}))).toMatchObject({ exitCode: 0, told: { differences: [] } })
  const { exitCode, told } = await watch(
    withInput({ f1_score: { thresholds: { warning: 0.85 } } }),
    mnemoscope,
  )
  expect({ exitCode, told }).toMatchObject({
    exitCode: 0,
    told: {
      differences: [
        { path: 'kpis.f1_score.boundaries' },
        { path: 'kpis.f1_score.thresholds.warning', before: 0.8, after: 0.85 },
      ],
    },
  })
  expect(await warningThreshold()).toBe('0.85')
}, 60_000)

test.each([
  ['is no JavaScript', 'export default {', 2],
  ['sets a threshold out of order', withInput({ f1_score: { thresholds: { warning: 0.5 } } }), 2],
  [
    'is refused by amtool',
    withInput(undefined, {
      receivers: { team: { other: { webhook_configs: [{ url: 'https://x.example/', no_such_key: 1 }] } } },
    }),
    1,
  ],
])(
  'a file that %s changes nothing, and the exit code says so',
  async (_, text, expected) => {
    const before = readlinkSync(join(monitoring.folder, 'current'))
    const { exitCode, told, inForce } = await watch(text)
    expect({ exitCode, told }).toMatchObject({
      exitCode: expected,
      told: { error: { next: expect.any(String) } },
    })
    expect(inForce).toBe(before)
    expect(await warningThreshold()).toBe('0.85')
  },
  60_000,
)
