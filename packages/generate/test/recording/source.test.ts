import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig, type Kpi, names } from '@mnemoscope/kpi'
import { distribution } from '../../src/grafana/panels/measured.js'
import { sourceGroups, sourceHash } from '../../src/recording/source.js'
import { type Rules, rulesOf, ruleTest } from '../promtool.js'

const histogram = { metric: 'op_seconds', boundaries: [1, 5, 10, 20] }
const milliseconds = { metric: 'op_milliseconds', unit: 'ms', boundaries: [5_000, 10_000, 20_000] }

/** Rules of the source of a KPI, each as `name = expression`. */
function rules(input: ConfigInput, id: keyof NonNullable<ConfigInput['kpis']>): string[] {
  const config = defineConfig(input)
  const [group] = sourceGroups(config, config.kpis[id] as Kpi)
  return (group?.rules ?? []).map((rule) => ('record' in rule ? `${rule.record} = ${rule.expr}` : ''))
}

describe('the rules of a source', () => {
  test('are none for a KPI that services measure themselves', () => {
    const config = defineConfig()
    expect(sourceGroups(config, config.kpis.latency)).toEqual([])
  })

  test('run as often as services are scraped, before those that read what they record', () => {
    const config = defineConfig({ scrapeInterval: '20s', kpis: { latency: { source: histogram } } })
    const [first, ...others] = rulesOf(config).get('latency') ?? []
    expect(first).toMatchObject({ name: 'mnemoscope_latency_source', interval: '20s' })
    expect(others.length).toBeGreaterThan(0)
  })

  test.each<[string, ConfigInput, string, string[]]>([
    [
      'a gauge keeps its labels',
      { kpis: { memory_usage: { source: { metric: 'rss_bytes' } } } },
      'memory_usage',
      [
        'mnemoscope_memory_usage_bytes = label_replace(label_replace(rss_bytes, "model", "_unknown", "model", ""), "context_size", "_unknown", "context_size", "")',
      ],
    ],
    [
      'a gauge in another unit is converted',
      {
        kpis: {
          memory_usage: {
            source: {
              metric: 'rss_mebibytes',
              unit: 'MiBy',
              where: { kind: { not: ['a', 'b'] }, of: 'x"y' },
            },
          },
        },
      },
      'memory_usage',
      [
        'mnemoscope_memory_usage_bytes = label_replace(label_replace(rss_mebibytes{kind!~"a|b", of="x\\"y"}, "model", "_unknown", "model", ""), "context_size", "_unknown", "context_size", "") * 1048576',
      ],
    ],
    [
      'an expression stands on lines of its own, so that its comments end',
      {
        kpis: {
          memory_usage: {
            source: { promql: 'sum(rss_bytes) # all', labels: { model: { value: 'all $1' } } },
          },
        },
      },
      'memory_usage',
      [
        'mnemoscope_memory_usage_bytes = label_replace(label_replace(label_replace((\nsum(rss_bytes) # all\n), "model", "all $$1", "", ""), "model", "_unknown", "model", ""), "context_size", "_unknown", "context_size", "")',
      ],
    ],
    [
      'counters of outcomes have no process, where the service is a label',
      {
        kpis: {
          adaptation_success_rate: {
            source: {
              counted: { metric: 'ok_total' },
              others: { metric: 'op_total', where: { error: { not: '' } } },
              labels: { service: 'app', operation: 'op' },
            },
          },
        },
      },
      'adaptation_success_rate',
      [
        expect.stringMatching(
          /^instance:mnemoscope_adaptation_success_rate:source = \(label_replace.*"outcome", "success"[\s\S]*"outcome", "failure"[\s\S]*"source_job", "\$1", "job"[\s\S]*0 \* max by \(job, instance\)(?![\s\S]*process_start)/,
        ) as unknown as string,
        'mnemoscope_adaptations_total = label_replace(instance:mnemoscope_adaptation_success_rate:source{mnemoscope_part="count"}, "mnemoscope_part", "", "", "")',
      ],
    ],
  ])('%s', (_, input, id, expected) => expect(rules(input, id)).toEqual(expected))

  test('of a histogram divide its sum and its boundaries', () => {
    const [source, , sum] = rules({ kpis: { latency: { source: milliseconds } } }, 'latency')
    expect(source).toContain('le=~"(?:5000|5000\\\\.0|10000|10000\\\\.0|20000|20000\\\\.0|\\\\+Inf)?"')
    expect(source).toContain('"mnemoscope_le", "5", "le", "5000|5000\\\\.0"')
    expect(sum).toMatch(/^mnemoscope_latency_seconds_sum = .* \/ 1000$/)
  })
})

test('panels of a foreign histogram read the bucket at the threshold, which has none just below it', () => {
  const config = defineConfig({ kpis: { latency: { source: histogram } } })
  const panels = (of: Kpi) => JSON.stringify(distribution(config, of))
  expect(panels(config.kpis.latency)).toContain('le=~\\"5|5\\\\\\\\.0\\"')
  expect(panels(defineConfig().kpis.latency)).toContain('le=\\"4.999999999999999\\"')
})

describe('operations of another program count once', () => {
  const config = defineConfig({
    services: [{ name: 'app', targets: ['a:1'] }],
    kpis: { f1_score: { source: { metric: 'quality', boundaries: [0.5, 1] } } },
  })
  const { f1_score } = config.kpis
  const labels = 'job="app", instance="a:1", zone="x"'
  const [count, sum] = [`quality_count{${labels}}`, `quality_sum{${labels}}`]
  const start = 'process_start_time_seconds{job="app", instance="a:1"}'
  const up = 'up{job="app", instance="a:1"}'
  const place = '{job="app", model="_unknown", context_size="_unknown"}'
  const counted = (operations: number, total: number) => {
    const all = (what: 'count' | 'sum') => `sum_over_time(${names.judgeSeries.added(f1_score, what)}[1h])`
    return {
      at: '9m',
      values: { [all('count')]: [[place, operations]], [all('sum')]: [[place, total]] },
    } as const
  }
  const now = rulesOf(config)
  /** What the source records is read one evaluation later. */
  const late: Rules = new Map(
    [...now].map(([file, groups]) => [file, [...groups.slice(1), ...groups.slice(0, 1)]]),
  )

  test.each([
    ['of a process that goes on', '0 2 4 6x3', '0 1 2 3x3', '-999x9', 6, 3],
    ['of one that restarts', '0 2 8 8 1 3 3', '0 1 4 4 0.5 1.5 1.5', '1x3 61x3', 11, 5.5],
    // At 45 s the new process has soon done more than the old one.
    [
      'of one that restarts and has soon done more',
      '0 2 2 9 9 9 9',
      '0 1 1 4.5 4.5 4.5 4.5',
      '1x2 40x4',
      11,
      5.5,
    ],
    ['of one that restarts and does not say so', '0 2 8 8 1 3 3', '0 1 4 4 0.5 1.5 1.5', '_', 11, 5.5],
    ['of a process that is new', '_ _ _ 4 4 4', '_ _ _ 2 2 2', '_x3 40x3', 4, 2],
    ['of a service that counts for the first time', '_ _ _ 4 4 4', '_ _ _ 2 2 2', '_', 4, 2],
    ['but not of a counter that is older, and does not say so', '7 7 8 8 8', '3.5 3.5 4 4 4', '_', 1, 0.5],
    ['but not of a counter that is older than the rules', '7 7 8 8 8', '3.5 3.5 4 4 4', '-999x9', 1, 0.5],
  ])('%s', async (_, counts, sums, began, operations, total) => {
    const series = { [count]: counts, [sum]: sums, [start]: began, [up]: '1x9' }
    const options = { evaluation: '15s' }
    expect(await ruleTest(now, series, [counted(operations, total)], options)).toBe('')
    expect(await ruleTest(late, series, [counted(operations, total)], options)).toBe('')
  })

  test('but not of an old counter that an edit of the source brings', async () => {
    const before = `${names.judgeSeries.newest(f1_score)}{${names.counterPart}="start", job="app", instance="a:1"`
    const series = {
      [count]: '_ _ 7 7 8 8 8',
      [sum]: '_ _ 3.5 3.5 4 4 4',
      [start]: '-999x9',
      // What the source before the edit had recorded.
      [`${before}, ${names.sourceVersion}="00000000"}`]: '-999x3',
    }
    expect(await ruleTest(late, series, [counted(1, 0.5)], { evaluation: '15s' })).toBe('')
    expect(sourceHash(f1_score)).not.toBe(
      sourceHash({ source: { ...f1_score.source, where: { a: 'b' } } as never }),
    )
  })

  test('and none that it does not show', async () => {
    const { current, samples } = names.recordedSeries
    const values = { [current(f1_score)]: [], [samples(f1_score)]: [], ALERTS: [] }
    expect(
      await ruleTest(now, { 'other_count{job="app"}': '0+1x20', [start]: '1x20' }, [{ at: '4m', values }], {
        rules: 'all',
      }),
    ).toBe('')
  })
})
