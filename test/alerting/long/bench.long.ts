import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { generate } from '@mnemoscope/generate'
import { type Monitor, startMonitoring } from '@mnemoscope/instrumentation'
import { type ConfigInput, defineConfig, durationSeconds } from '@mnemoscope/kpi'
import { createApplier } from '../../../packages/cli/src/changes/applier.js'
import { applyFiles } from '../../../packages/cli/src/changes/apply-files.js'
import { checkWithTools } from '../../../packages/cli/src/check-with-tools.js'
import { eventually } from '../../harness/eventually.js'
import { type Figure, keepFigure } from '../../harness/figures.js'
import { toolsDir } from '../../harness/repository.js'
import { atMost } from '../figures.js'
import { type Monitoring, query, startMonitoringServers } from '../monitoring.js'
import { dayShare } from './day-cost.js'

const models = 50
const contextSizes = [4_096, 8_192, 16_384, 32_768, 65_536, 131_072]
const thresholds = {
  memory_usage: { warning: 1e9, error: 2e9, critical: 4e9 },
  context_utilization: { warning: 0.9, error: 0.95, critical: 0.99 },
  adaptation_success_rate: { warning: 0.9, error: 0.8, critical: 0.7 },
  overflow_frequency: { warning: 0.3, error: 0.4, critical: 0.5 },
}
const targets = { adaptation_success_rate: 0.95, overflow_frequency: 0.1 }
/**
 * A look at a series goes back as far as its last 20 scrapes in production. Here that would be 20 s, but results of
 * the groups that run once a minute have to be seen, too.
 */
const lookback = '61s'
const kpiIds = Object.keys(defineConfig().kpis)
const input = {
  contextSizes,
  scrapeInterval: '1s',
  alertCheckInterval: defineConfig().alertCheckInterval,
  alerting: { groupWait: '1s', groupInterval: '1s' },
  kpis: Object.fromEntries(
    kpiIds.map((id) => [
      id,
      {
        ...(id in targets && { target: targets[id as keyof typeof targets] }),
        ...(id in thresholds && { thresholds: thresholds[id as keyof typeof thresholds] }),
      },
    ]),
  ),
} as const satisfies ConfigInput
/** Enough that every range that rules read is full of samples. */
const fillSeconds = 420

test('50 models at 6 sizes: what rules cost, and what an edit of the configuration does', async () => {
  // First, while nothing else runs.
  const ofDay = await dayShare()
  const monitor = await startMonitoring({ service: 'memory', port: 0, config: defineConfig(input) })
  const handles = Array.from({ length: models }, (_, m) =>
    contextSizes.map((contextSize) => monitor.for({ model: `model ${m}`, contextSize })),
  ).flat()
  // One place is ill all the time, so that alerts fire while the configuration is changed.
  const recording = setInterval(() => record(handles), 100)
  let monitoring: Monitoring | undefined
  try {
    const targets = [new URL(monitor.url as string).host]
    monitoring = await startMonitoringServers({ ...input, services: [{ name: 'memory', targets }] }, [
      `--query.lookback-delta=${lookback}`,
    ])
    const startedAt = Date.now()
    const { prometheusUrl } = monitoring
    await eventually('full windows', () => Date.now() - startedAt > fillSeconds * 1_000, {
      withinMs: (fillSeconds + 30) * 1_000,
      everyMs: 1_000,
    })
    const figures = [...(await costs(prometheusUrl, ofDay)), ...(await edits(monitoring, targets))]
    figures.forEach(keepFigure)
    expect(figures.filter(({ ok }) => !ok)).toEqual([])
  } finally {
    clearInterval(recording)
    await monitor.stop()
    await monitoring?.stop()
  }
}, 1_200_000)

function record(handles: readonly ReturnType<Monitor['for']>[]): void {
  for (const [i, handle] of handles.entries()) {
    const f1_score = i === 0 ? 0.3 : 0.9
    handle.operation({
      f1_score,
      latency: 0.4,
      token_usage: 2_000,
      context_utilization: 0.5,
      overflow_frequency: 'none',
    })
    handle.adaptation_success_rate.record('success')
  }
}

async function costs(url: string, ofDay: number): Promise<Figure[]> {
  const one = async (text: string) => Number((await query(url, text))[0]?.value[1])
  const places = await one('count(job_model_context_size_operation:mnemoscope_latency:current)')
  // What looks back up to a day has no such past here; it is measured apart.
  const groups = '{rule_group!~".*_(trend|burn_.*)"}[3m]'
  const took = `avg_over_time(prometheus_rule_group_last_duration_seconds${groups})`
  const seconds = await one(`sum(${took})`)
  const share = await one(`sum(${took} / last_over_time(prometheus_rule_group_interval_seconds${groups}))`)
  const interval = durationSeconds(defineConfig().alertCheckInterval)
  const rules = await one('sum(prometheus_rule_group_rules)')
  const usual = ruleCount(generate(defineConfig(input)))
  return [
    {
      name: 'places judged',
      value: places,
      unit: 'places',
      goal: 300,
      ok: places === models * contextSizes.length,
    },
    atMost(
      'one evaluation of all rules but those, of the evaluation interval',
      (100 * seconds) / interval,
      '%',
      10,
    ),
    // A group's share is its average evaluation by its interval; shares of all groups are added.
    atMost('rules that look back over hours and a day, of the time', 100 * ofDay, '%', 10),
    atMost('all rules, each group at its own interval, of the time', 100 * (share + ofDay), '%', 10),
    atMost('rules that 300 places have more than none', rules - usual, 'rules', 0),
  ]
}

async function edits(
  { folder, prometheusUrl, alertmanagerUrl, notified, endpoints, generations }: Monitoring,
  targets: readonly string[],
): Promise<Figure[]> {
  const project = join(folder, 'project')
  mkdirSync(project)
  const configPath = join(project, 'mnemoscope.config.mjs')
  const services = [{ name: 'memory', targets }]
  const write = (warning: number) => {
    const f1_score = { ...input.kpis.f1_score, thresholds: { warning } }
    const config: ConfigInput = { ...input, services, kpis: { ...input.kpis, f1_score } }
    writeFileSync(configPath, `export default ${JSON.stringify(config)}`)
  }
  write(0.8)
  const check = (of: string) => checkWithTools(of, join(toolsDir, '..'))
  const config = defineConfig({ ...input, services })
  const running = () => ({ endpoints })
  const applier = createApplier({
    configPath,
    config,
    defaults: {},
    folder,
    prometheusUrl,
    alertmanagerUrl,
    check,
    running,
  })
  applier.watch()
  const before = await firing(prometheusUrl)
  const notifiedBefore = notified.length
  const took: number[] = []
  for (const warning of [0.81, 0.82, 0.83, 0.84, 0.85]) {
    const at = performance.now()
    write(warning)
    await eventually('the edit', async () => (await warningThreshold(prometheusUrl)) === warning, {
      everyMs: 20,
    })
    took.push((performance.now() - at) / 1_000)
    await eventually('the applier', () => applier.current().kpis.f1_score.thresholds.warning === warning)
  }
  writeFileSync(configPath, 'export default {')
  await eventually('the report of the broken edit', () => applier.problem() !== undefined)
  const broken = (await warningThreshold(prometheusUrl)) === 0.85 ? 0 : 1
  const refused = generate(config, { endpoints })
  refused.set('prometheus/rules/latency.yml', 'groups: [{ name: x, rules: [{ record: y, expr: "1 +" }] }]\n')
  await applyFiles(refused, { generations, check, prometheusUrl, alertmanagerUrl }).catch(() => undefined)
  const changed = (await warningThreshold(prometheusUrl)) === 0.85 ? 0 : 1
  await applier.stop()
  const after = await firing(prometheusUrl)
  const told = notified.slice(notifiedBefore).filter(({ labels }) => labels.kpi !== undefined)
  const lost = before.filter(
    ({ key, activeAt }) => !after.some((each) => each.key === key && each.activeAt === activeAt),
  )
  return [
    {
      name: 'alerts that fired across the edits',
      value: before.length,
      unit: 'alerts',
      goal: 3,
      ok: before.length >= 3,
    },
    atMost('an edited threshold is in force, slowest of 5', Math.max(...took), 's', 5),
    atMost('firing alerts lost by a reload', lost.length, 'alerts', 0),
    atMost('notifications repeated or resolved by a reload', told.length, 'notifications', 0),
    atMost('broken edits that changed something', broken + changed, 'edits', 0),
  ]
}

interface Rules {
  readonly data: {
    readonly groups: {
      readonly rules: {
        readonly name: string
        readonly annotations?: Record<string, string>
        readonly alerts?: { labels: Record<string, string>; activeAt: string; state: string }[]
      }[]
    }[]
  }
}

async function rulesOf(url: string) {
  const { data } = (await (await fetch(`${url}/api/v1/rules?type=alert`)).json()) as Rules
  return data.groups.flatMap(({ rules }) => rules)
}

/** Alerts of KPIs that fire, with the time at which they began. */
async function firing(url: string): Promise<{ key: string; activeAt: string }[]> {
  return (await rulesOf(url))
    .flatMap(({ alerts = [] }) => alerts)
    .filter(({ state, labels }) => state === 'firing' && labels.kpi !== undefined)
    .map(({ labels, activeAt }) => ({ key: JSON.stringify(labels), activeAt }))
}

async function warningThreshold(url: string): Promise<number | undefined> {
  const rule = (await rulesOf(url)).find(({ name }) => name === 'MnemoscopeF1ScoreWarning')
  return rule?.annotations?.threshold === undefined ? undefined : Number(rule.annotations.threshold)
}

function ruleCount(files: ReadonlyMap<string, string>): number {
  const rules = [...files].filter(([path]) => path.startsWith('prometheus/rules/')).map(([, text]) => text)
  return rules.reduce((sum, text) => sum + [...text.matchAll(/^ +- (?:record|alert): /gm)].length, 0)
}
