import { describe, expect, test } from '@jest/globals'
import { type ConfigInput, defineConfig, type Kpi } from '@mnemoscope/kpi'
import { distribution } from '../../src/grafana/panels/measured.js'
import { sourceGroups } from '../../src/recording/source.js'
import { rulesOf } from '../promtool.js'

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
