import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  bucketEdge,
  ConfigError,
  type ConfigInput,
  catalog,
  configHash,
  defineConfig,
  kpiAt,
  retrievalKpis,
  storeKpis,
} from '@mnemoscope/kpi'
import { recallAt5 } from './recall-at-5.js'

describe('defaults', () => {
  const config = defineConfig()

  test("are the specification's", () => {
    expect(config.kpis.f1_score.thresholds).toEqual({ warning: 0.8, error: 0.75, critical: 0.7 })
    expect(config.kpis.latency.thresholds).toEqual({ warning: 5, error: 10, critical: 20 })
    expect(config.kpis.token_usage.thresholds).toEqual({ warning: 15_000, error: 20_000, critical: 25_000 })
    expect(config).toMatchObject({
      snapshotInterval: '60s',
      alertCheckInterval: '30s',
      dataRetentionDays: 30,
      dashboard: { refreshInterval: '10s', maxDataPoints: 1_000 },
      integrations: { benchmark: true, overflow: true, adaptation: true },
    })
  })

  test('hold the KPIs of the catalog, the seven of the specification first', () => {
    expect(Object.keys(config.kpis)).toEqual(Object.keys(catalog))
    expect(Object.keys(config.kpis).slice(0, 7)).toEqual([
      'f1_score',
      'latency',
      'token_usage',
      'memory_usage',
      'context_utilization',
      'adaptation_success_rate',
      'overflow_frequency',
    ])
  })
})

describe('thresholds', () => {
  test('undefined takes a threshold away, everywhere or at some places', () => {
    const overrides = [{ model: 'gpt-4o', thresholds: { error: undefined } }]
    const { latency } = defineConfig({
      kpis: { latency: { thresholds: { warning: undefined }, overrides } },
    }).kpis
    expect(latency.thresholds).toStrictEqual({ error: 10, critical: 20 })
    const there = kpiAt(latency, { model: 'gpt-4o', operation: 'search', contextSize: '8192' })
    expect(there.thresholds).toStrictEqual({ critical: 20 })
    expect(latency.boundaries.every((boundary) => boundary > 0)).toBe(true)
  })

  test('are always bucket boundaries, those of overrides too', () => {
    const { latency } = defineConfig({
      kpis: {
        latency: { thresholds: { warning: 3.3 }, overrides: [{ model: 'a', thresholds: { warning: 4.4 } }] },
      },
    }).kpis
    const edges = [3.3, 4.4, 10, 20].map((threshold) => bucketEdge('lower_is_better', threshold))
    expect(latency.boundaries).toEqual(expect.arrayContaining(edges))
    expect([...latency.boundaries].sort((a, b) => a - b)).toEqual(latency.boundaries)
  })

  test('that are not set keep their default', () => {
    expect(
      defineConfig({ kpis: { latency: { thresholds: { warning: 4 } } } }).kpis.latency.thresholds,
    ).toEqual({
      warning: 4,
      error: 10,
      critical: 20,
    })
  })
})

describe('the measures of retrieval', () => {
  test('are valid KPIs, and are there only where they are declared', () => {
    const { kpis } = defineConfig({ kpis: retrievalKpis })
    expect(kpis.recall_at_5).toMatchObject({
      statistic: 'mean',
      thresholds: { warning: 0.86 },
      noData: 'ignore',
    })
    expect(kpis.ndcg_at_10?.boundaries).toEqual(expect.arrayContaining([0, 0.55, 0.65, 0.73, 1]))
    expect(Object.keys(defineConfig().kpis)).not.toContain('recall_at_5')
  })

  test('are the KPIs of measures, with the published figures in the documentation', () => {
    const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
    for (const [id, { thresholds }] of Object.entries(retrievalKpis)) {
      const levels = Object.values(thresholds).map((threshold) => threshold.toFixed(2))
      expect(page).toContain(
        levels.length === 0 ? `\`${id}\`` : `| \`${id}\` | ratio | ${levels.join(' / ')} |`,
      )
    }
  })
})

test('the KPIs of a store are valid, all worse when they are higher, with the thresholds of the documentation', () => {
  const page = readFileSync(new URL('../../../docs/store.md', import.meta.url), 'utf8')
  const { kpis } = defineConfig({ kpis: storeKpis })
  for (const [id, { thresholds, title }] of Object.entries(storeKpis)) {
    expect(kpis[id]).toMatchObject({ title, direction: 'lower_is_better', runbook: 'store-health.md' })
    const levels = (['warning', 'error', 'critical'] as const).map((level) => thresholds[level] ?? '–')
    const shown = Object.keys(thresholds).length === 0 ? 'none' : levels.join(' / ')
    expect(page).toMatch(new RegExp(`^\\| \`${id}\` \\|.*\\| ${shown} \\|$`, 'm'))
  }
})

describe('a custom KPI', () => {
  test('gets the same defaults as a built-in one', () => {
    const kpi = defineConfig({ kpis: { recall_at_5: recallAt5 } }).kpis.recall_at_5
    expect(kpi).toMatchObject({ id: 'recall_at_5', operations: 20, expiry: '75m', runbook: 'recall-at-5.md' })
    expect(kpi?.boundaries).toEqual([0, 0.5, 0.6, 1])
  })
})

test.each(['recall.md', 'team/Recall.html#low', 'https://wiki.example/recall?a=b#c', 'http://wiki/r'])(
  'a runbook may be %s',
  (runbook) => {
    expect(defineConfig({ kpis: { latency: { runbook } } }).kpis.latency.runbook).toBe(runbook)
  },
)

describe('an invalid configuration names the path, the value and what was expected', () => {
  const cases: [string, unknown, string, unknown, RegExp][] = [
    ['a wrong type', { scrapeInterval: 15 }, 'scrapeInterval', 15, /expected string/],
    [
      'an invalid duration',
      { scrapeInterval: '15 seconds' },
      'scrapeInterval',
      '15 seconds',
      /Prometheus duration/,
    ],
    [
      'rules that forget what they said',
      { alertCheckInterval: '5m' },
      'alertCheckInterval',
      '5m',
      /at most 4m/,
    ],
    [
      'scrapes so rare that one that fails ends every series',
      { scrapeInterval: '3m', alertCheckInterval: '3m' },
      'scrapeInterval',
      '3m',
      /at most 2m: Prometheus forgets a value after 5 minutes/,
    ],
    [
      'an unknown key',
      { scrapeIntervall: '5s' },
      'scrapeIntervall',
      'a text of 2 characters',
      /did you mean "scrapeInterval"/,
    ],
    ['an unknown nested key', { dashboard: { maxPoints: 5 } }, 'dashboard.maxPoints', 5, /maxDataPoints/],
    ...['javascript:alert(1)', 'ftp://x.example/a', '/a.md', '//x.example', 'a b.md', ''].map(
      (runbook): (typeof cases)[number] => [
        `a runbook that is neither page nor address: ${runbook}`,
        { kpis: { latency: { runbook } } },
        'kpis.latency.runbook',
        runbook,
        /expected a page such as "recall-at-5.md", or an address/,
      ],
    ),
    ['kpis mistyped', { kpi: {} }, 'kpi', {}, /did you mean "kpis"/],
    ['a KPI mistyped', { kpis: { f1score: {} } }, 'kpis.f1score', {}, /did you mean "f1_score"/],
    [
      'a level mistyped',
      { kpis: { latency: { thresholds: { critcal: 1 } } } },
      'kpis.latency.thresholds.critcal',
      1,
      /did you mean "critical"/,
    ],
    [
      'thresholds inverted where higher is better',
      { kpis: { f1_score: { thresholds: { error: 0.9 } } } },
      'kpis.f1_score.thresholds.error',
      0.9,
      /below warning \(0.8\), because higher is better/,
    ],
    [
      'thresholds inverted where lower is better',
      { kpis: { latency: { thresholds: { critical: 1 } } } },
      'kpis.latency.thresholds.critical',
      1,
      /above error \(10\), because lower is better/,
    ],
    [
      'equal thresholds',
      { kpis: { latency: { thresholds: { error: 5 } } } },
      'kpis.latency.thresholds.error',
      5,
      /above warning/,
    ],
    [
      'a threshold out of range',
      { kpis: { f1_score: { thresholds: { warning: 1.5 } } } },
      'kpis.f1_score.thresholds.warning',
      1.5,
      /between 0 and 1/,
    ],
    [
      'an override that is out of order with what it inherits',
      { kpis: { latency: { overrides: [{ model: 'a', thresholds: { warning: 12 } }] } } },
      'kpis.latency.overrides[0].thresholds.error',
      10,
      /above warning \(12\)/,
    ],
    [
      'an override for a size that is no class',
      { kpis: { latency: { overrides: [{ contextSize: 5_000, thresholds: { warning: 1 } }] } } },
      'kpis.latency.overrides[0].contextSize',
      5_000,
      /one of contextSizes/,
    ],
    [
      'a unit no name can carry',
      { kpis: { x: { ...recallAt5, unit: 'furlong' } } },
      'kpis.x.unit',
      'furlong',
      /UCUM unit/,
    ],
    [
      'a statistic the instrument cannot have',
      { kpis: { x: { ...recallAt5, statistic: 'ratio' } } },
      'kpis.x.statistic',
      'ratio',
      /for a histogram/,
    ],
    [
      'a histogram of one boundary',
      { kpis: { x: { ...recallAt5, boundaries: [0.6] } } },
      'kpis.x.boundaries',
      [0.6],
      /two or more/,
    ],
    ['an id no metric can carry', { kpis: { 'a-b': recallAt5 } }, 'kpis.a-b', 'a-b', /snake_case/],
    [
      'a unit that only every object knows',
      { kpis: { x: { ...recallAt5, unit: 'constructor' } } },
      'kpis.x.unit',
      'constructor',
      /UCUM unit/,
    ],
    [
      'an id that would be no key',
      { kpis: JSON.parse('{ "__proto__": {} }') },
      'kpis.__proto__',
      '__proto__',
      /snake_case/,
    ],
    [
      'a duration that Alertmanager cannot hold',
      { alerting: { repeatInterval: '300y' } },
      'alerting.repeatInterval',
      '300y',
      /at most "100y"/,
    ],
    [
      'a cooldown that Prometheus cannot hold',
      { kpis: { latency: { for: '99999999999d' } } },
      'kpis.latency.for',
      '99999999999d',
      /at most "100y"/,
    ],
    [
      'a refresh that no timer waits for',
      { dashboard: { refreshInterval: '30d' } },
      'dashboard.refreshInterval',
      '30d',
      /at most "1d"/,
    ],
    [
      'a port that does not exist',
      { services: [{ name: 'a', targets: ['localhost:65536'] }] },
      'services[0].targets[0]',
      'localhost:65536',
      /at most 65535/,
    ],
    ['sizes out of order', { contextSizes: [2, 1] }, 'contextSizes', [2, 1], /ascending/],
    [
      'a service without a port',
      { services: [{ name: 'a', targets: ['localhost'] }] },
      'services[0].targets[0]',
      'localhost',
      /localhost:9464/,
    ],
    ['something else altogether', 'warning: 5', '', 'a text of 10 characters', /an object/],
  ]

  test.each(cases)('%s', (_, input, path, value, expected) => {
    const issues = issuesFor(input)
    expect(issues).toContainEqual({ path, value, expected: expect.stringMatching(expected) })
  })

  test('with every issue at once', () => {
    expect(
      issuesFor({
        scrapeInterval: 15,
        dataRetentionDays: 0,
        kpis: { latency: { thresholds: { error: 1 } } },
      }),
    ).toHaveLength(3)
  })
})

test.each(['operation', 'time', 'constructor'])(
  'no KPI can be called %s, which every handle has already',
  (id) => {
    const declared = { title: 'T', description: 'D', unit: 's', instrument: 'histogram' }
    expect(issuesFor({ kpis: { [id]: declared } })).toMatchObject([{ path: `kpis.${id}`, value: id }])
  },
)

describe('the hash of a configuration', () => {
  test('does not change with the order of keys or with a default written out', () => {
    const a = defineConfig({ scrapeInterval: '15s', snapshotInterval: '60s' })
    const b = defineConfig({ snapshotInterval: '60s' })
    expect(configHash(a)).toBe(configHash(b))
  })

  test('changes with a threshold', () => {
    expect(configHash(defineConfig({ kpis: { latency: { thresholds: { warning: 4 } } } }))).not.toBe(
      configHash(defineConfig()),
    )
  })
})

function issuesFor(input: unknown) {
  try {
    defineConfig(input as ConfigInput)
  } catch (error) {
    // As JSON has it, with the kind of a value that is not shown.
    if (error instanceof ConfigError) return JSON.parse(JSON.stringify(error.issues))
    throw error
  }
  throw new Error('the configuration was accepted')
}
