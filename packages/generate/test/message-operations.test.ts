import { describe, expect, test } from '@jest/globals'
import { defineConfig, type Kpi, names, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import { messageAnnotation, messageAnnotations } from '../src/message-annotations.js'
import { exposed, type Phase } from '../src/rule-tests/traffic.js'
import { filledIn, place } from './filled-in.js'
import { neededRules, rulesOf, runTool } from './promtool.js'

const config = defineConfig({
  kpis: {
    adaptation_success_rate: { thresholds: { error: 0.5 } },
    overflow_frequency: { thresholds: { error: 0.5 } },
    hits: {
      title: 'Hits',
      description: 'Passages that are found.',
      unit: '1',
      instrument: 'histogram',
      direction: 'higher_is_better',
      range: { min: 0, max: 10, integer: true },
      statistic: 'mean',
      boundaries: [1, 5],
      thresholds: { error: 3 },
    },
  },
})

/** A place whose traffic is scraped each 15 s for 15 minutes, and what a message says of its operations then. */
interface Said {
  readonly kpi: Kpi
  readonly model: string
  readonly series: Readonly<Record<string, string>>
  readonly text: string
}

/** What promtool finds wrong in what messages say of operations, about the worst threshold of each KPI. */
async function saidOtherwise(places: readonly Said[]): Promise<string> {
  const { added, beyond } = names.judgeSeries
  const rules = rulesOf(config)
  const groups = [...new Set(places.map(({ kpi }) => kpi))].flatMap((kpi) => {
    const level = thresholdSeverities.findLast((each) => kpi.thresholds[each] !== undefined)
    const threshold = kpi.thresholds[level as ThresholdSeverity] as number
    const all = messageAnnotations(config, kpi, level as ThresholdSeverity, threshold)
    const alert = {
      alert: kpi.id,
      expr: `(${added(kpi, 'count')}) and on () (vector(time()) == 900)`,
      annotations: { template: all[messageAnnotation.operations] ?? '' },
    }
    const read = [added(kpi, 'count'), added(kpi, 'sum'), beyond(kpi)].map((series) => [series, []])
    return [
      ...neededRules(rules.get(kpi.id) ?? [], [{ at: '15m', values: Object.fromEntries(read) }]),
      { name: `${kpi.id}_said`, rules: [alert] },
    ]
  })
  const series = places.flatMap((each) => Object.entries(each.series))
  const test = {
    rule_files: ['rules.json'],
    group_eval_order: groups.map(({ name }) => name),
    evaluation_interval: '30s',
    tests: [
      {
        interval: '15s',
        input_series: series.map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [...new Set(places.map(({ kpi }) => kpi.id))].map((id) => ({
          alertname: id,
          eval_time: '15m',
          exp_alerts: places
            .filter(({ kpi }) => kpi.id === id)
            .map(({ model, text: template }) => ({
              exp_annotations: { template },
              exp_labels: { ...place, model },
            })),
        })),
      },
    ],
  }
  const files = { 'rules.json': { groups }, 'test.json': test }
  const texts = Object.entries(files).map(([file, content]) => [file, JSON.stringify(content)] as const)
  const { ok, output } = await runTool('promtool', ['test', 'rules', 'test.json'], new Map(texts))
  return ok ? '' : output
}

describe('a message says how many operations came within ten minutes, and how many of them were bad', () => {
  const phase = (scrapes: number, operations: number, measured: number | string): Phase => ({
    scrapes,
    operations,
    measured,
  })
  const silent = (scrapes: number): Phase => ({ scrapes, target: 'gone' })
  const anew = (...of: Parameters<typeof phase>): Phase => ({ ...phase(...of), target: 'restarted' })
  // The last ten minutes are scrapes 21 to 60.
  const steady = (operations: number, measured: number | string) => [phase(61, operations, measured)]
  /** A place's traffic: of each instance the phases of its life. */
  const traffic = (
    kpi: Kpi,
    model: string,
    instances: readonly (readonly Phase[])[],
    text: string,
    more: Readonly<Record<string, string>> = {},
  ): Said => {
    const all = instances.map((phases, i) =>
      exposed(kpi, { ...place, model, instance: `${model}:${i}` }, phases),
    )
    return { kpi, model, series: Object.assign({}, ...all, more), text }
  }
  /** The same as another program exposes it. */
  const relabelled = (said: Said, instance: string, le: string, by?: string): Said => ({
    ...said,
    series: Object.fromEntries(
      Object.entries(said.series).flatMap(([name, values]) => {
        if (!name.includes(`le="${le}"`) || !name.includes(`${said.model}:${instance}`))
          return [[name, values]]
        return by === undefined ? [] : [[name.replace(`le="${le}"`, `le="${by}"`), values]]
      }),
    ),
  })
  const once = (measured: number) => [
    phase(10, 1, 0.95),
    { scrapes: 20 },
    phase(1, 1, measured),
    { scrapes: 30 },
  ]
  const all = (count: number) => `${count} operations in 10 min`
  const some = (count: number, bad: number, what = 'at or beyond it') =>
    `${all(count)}, ${bad} of them ${what}`

  test('of a mean', async () => {
    const { f1_score, token_usage, hits = f1_score } = config.kpis
    const old = [phase(10, 3, 0.2), phase(31, 4, 0.95)]
    const start = (model: string, values: string) => ({
      [`process_start_time_seconds{job="demo", instance="${model}:0"}`]: values,
    })
    const result = await saidOtherwise([
      traffic(f1_score, 'mixed', [steady(2, 0.6), steady(3, 0.9)], some(200, 80)),
      traffic(f1_score, 'at-the-threshold', [steady(1, 0.7), steady(1, 0.7001)], some(80, 40)),
      traffic(f1_score, 'fine', [steady(1, 0.95)], some(40, 0)),
      traffic(f1_score, 'idle', [[phase(10, 1, 0.2), { scrapes: 51 }]], all(0)),
      traffic(f1_score, 'one', [once(0.2)], '1 operation in 10 min, at or beyond it'),
      traffic(f1_score, 'one-fine', [once(0.9)], '1 operation in 10 min, not at or beyond it'),
      // The new process has at once more bad operations than the old one ever had.
      traffic(f1_score, 'restarted', [[...old, anew(20, 50, 0.3)]], some(1_080, 1_000)),
      // The counter does not show this restart, only the process does.
      traffic(
        f1_score,
        'more-than-before',
        [[phase(41, 1, 0.95), anew(20, 50, 0.3)]],
        all(1_020),
        start('more-than-before', '1x40 615x19'),
      ),
      traffic(f1_score, 'twice', [[...old, anew(4, 50, 0.3), anew(16, 1, 0.9)]], some(296, 200)),
      traffic(f1_score, 'ended', [steady(1, 0.9), [phase(41, 2, 0.1), silent(20)]], some(80, 40)),
      traffic(
        f1_score,
        'away',
        [[phase(30, 1, 0.2), silent(20), phase(1, 20, 0.9), phase(10, 1, 0.2)]],
        some(39, 19),
      ),
      traffic(
        f1_score,
        'young',
        [[silent(50), phase(11, 2, 0.1)]],
        some(22, 22),
        start('young', '_x50 740x10'),
      ),
      // Its counter is met for the first time: what it did before is not of these ten minutes, and is not told apart.
      traffic(
        f1_score,
        'old',
        [[silent(40), phase(1, 500, 0.2), phase(20, 2, 0.2)]],
        all(40),
        start('old', '-9999x60'),
      ),
      relabelled(traffic(f1_score, 'foreign', [steady(2, 0.6)], all(80)), '', '0.7'),
      relabelled(traffic(f1_score, 'one-is-foreign', [steady(2, 0.6), steady(3, 0.9)], all(200)), '1', '0.7'),
      // Of a number below the threshold and another one at it.
      traffic(token_usage, 'tokens', [steady(1, 24_999), steady(2, 25_000)], some(120, 80)),
      relabelled(traffic(token_usage, 'go', [steady(1, 24_999)], all(40)), '', '24999.999999999996', '25000'),
      // As Prometheus 3 writes whole numbers.
      relabelled(traffic(hits, 'whole', [steady(1, 3), steady(2, 4)], some(120, 40)), '', '3', '3.0'),
    ])
    expect(result).toBe('')
  })

  test('of a quantile and of a ratio', async () => {
    const { latency, adaptation_success_rate: success, overflow_frequency: overflow } = config.kpis
    const result = await saidOtherwise([
      traffic(latency, 'slow', [steady(1, 19), steady(2, 20)], some(120, 80)),
      traffic(
        success,
        'mixed',
        [steady(3, 'success'), steady(1, 'failure')],
        some(160, 40, 'with outcome failure'),
      ),
      traffic(
        success,
        'refused',
        [steady(3, 'refused'), steady(1, 'success')],
        some(40, 0, 'with outcome failure'),
      ),
      traffic(
        overflow,
        'mixed',
        [steady(3, 'none'), steady(1, 'hierarchy'), [phase(41, 1, 'none'), anew(20, 2, 'sliding_window')]],
        some(220, 80, 'with strategy hierarchy or sliding_window'),
      ),
    ])
    expect(result).toBe('')
  })

  test('of a gauge, which has none, nothing', () => {
    const said = messageAnnotations(config, config.kpis.memory_usage, 'error', 1e9)
    expect(said).not.toHaveProperty(messageAnnotation.operations)
  })
})

test('one operation is one operation', async () => {
  const config = defineConfig({})
  const { f1_score } = config.kpis
  const { [messageAnnotation.operations]: template = '' } = messageAnnotations(
    config,
    f1_score,
    'error',
    0.75,
  )
  const added = names.judgeSeries.added(f1_score, 'count')
  const at = (operation: string) => `{job="demo", model="m", context_size="8192", operation="${operation}"}`
  const ofOne = { expr: `${added}${at('search')}`, template, text: '1 operation in 10 min' }
  expect(await filledIn([ofOne], [{ series: `${added}${at('search')}`, values: '0 1' }])).toBe('')
  const ofTwo = { ...ofOne, text: '2 operations in 10 min' }
  expect(await filledIn([ofTwo], [{ series: `${added}${at('search')}`, values: '1 1' }])).toBe('')
})
