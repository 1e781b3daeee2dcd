import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start } = monitors()

const config = defineConfig({
  kpis: {
    recall_at_5: {
      title: 'Recall at 5',
      description: 'Share of the relevant passages among the first five.',
      unit: '1',
      instrument: 'histogram',
      direction: 'higher_is_better',
      range: { min: 0, max: 1 },
      statistic: 'mean',
      boundaries: [0.5, 0.9, 1],
      labels: { tier: ['gold', 'silver'], language: ['en', 'de'] },
    },
    cache_hits: {
      title: 'Cache hits',
      description: 'Share of look-ups that the cache answers.',
      unit: '1',
      instrument: 'counter',
      direction: 'higher_is_better',
      range: { min: 0, max: 1 },
      statistic: 'ratio',
      outcomes: {
        counter: 'cache_lookups',
        label: 'result',
        counted: ['hit'],
        others: ['miss'],
        excluded: ['stale'],
      },
    },
    index_size: {
      title: 'Index size',
      description: 'Bytes of the index.',
      unit: 'By',
      instrument: 'gauge',
      direction: 'lower_is_better',
      range: { min: 0, max: 1e12, integer: true },
      statistic: 'newest',
      labels: { tier: ['gold', 'silver'] },
    },
  },
})

const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }
const labels = 'model="gpt-4o",context_size="131072",operation="search"'

test('custom KPIs record like built-in ones, with a series for each combination of their labels from the start', async () => {
  const monitor = await start({ config })
  const op = monitor.for(place)
  op.recall_at_5.record(0.8, { tier: 'gold', language: 'de' })
  op.cache_hits.record('hit')
  op.cache_hits.record('stale')
  op.index_size.record(4_096, { tier: 'gold' })
  op.index_size.observe(() => 8_192, { tier: 'silver' })
  op.operation({ cache_hits: 'miss', latency: 1 })
  const samples = samplesOf(await scrape(monitor.url))
  expect(samples.get(`mnemoscope_recall_at_5_count{${labels},tier="gold",language="de"}`)).toBe('1')
  expect(samples.get(`mnemoscope_recall_at_5_count{${labels},tier="silver",language="en"}`)).toBe('0')
  expect(samples.get(`mnemoscope_recall_at_5_bucket{${labels},tier="gold",language="de",le="0.9"}`)).toBe('1')
  expect(samples.get(`mnemoscope_cache_lookups_total{${labels},result="hit"}`)).toBe('1')
  expect(samples.get(`mnemoscope_cache_hits_latest_ratio{${labels}}`)).toBe('0')
  expect(samples.get(`mnemoscope_index_size_bytes{${labels},tier="gold"}`)).toBe('4096')
  expect(samples.get(`mnemoscope_index_size_bytes{${labels},tier="silver"}`)).toBe('8192')
})

test('a value that the types forbid is refused and counted at run time', async () => {
  const monitor = await start({ config })
  const op = monitor.for(place)
  // @ts-expect-error: no value of that label
  op.recall_at_5.record(0.8, { tier: 'bronze', language: 'de' })
  // @ts-expect-error: a label is missing
  op.recall_at_5.record(0.8, { tier: 'gold' })
  // @ts-expect-error: all labels are missing
  op.recall_at_5.record(0.8)
  // @ts-expect-error: no outcome of this KPI
  op.cache_hits.record('maybe')
  // @ts-expect-error: a gauge's labels are missing
  op.index_size.observe(() => 1)
  // @ts-expect-error: a KPI with labels of its own can't go among those without
  op.operation({ recall_at_5: 0.8 })
  // @ts-expect-error: no such KPI
  op.operation({ recall_at_6: 0.8 })
  const samples = samplesOf(await scrape(monitor.url))
  const refused = (kpi: string, reason: string) =>
    samples.get(`mnemoscope_refused_measurements_total{kpi="${kpi}",reason="${reason}"}`)
  expect(refused('recall_at_5', 'unknown_label')).toBe('4')
  expect(refused('index_size', 'unknown_label')).toBe('1')
  expect(refused('cache_hits', 'unknown_outcome')).toBe('1')
  expect(refused('_unknown', 'unknown_kpi')).toBe('1')
})

test('the call site knows the KPIs, their values and their labels', async () => {
  const monitor = await start({ config, endpoint: false })
  const op = monitor.for(place)
  // @ts-expect-error: no such KPI
  expect(op.recall_at_6).toBeUndefined()
  // @ts-expect-error: a label too many
  op.recall_at_5.record(0.8, { tier: 'gold', language: 'de', colour: 'red' })
  // @ts-expect-error: labels on a KPI that has none
  op.latency.record(0.8, { tier: 'gold' })
  // @ts-expect-error: an outcome where a number belongs
  op.latency.record('success')
  // @ts-expect-error: a number where an outcome belongs
  op.overflow_frequency.record(1)
  // @ts-expect-error: outcomes of another KPI
  op.adaptation_success_rate.record('hierarchy')
  // @ts-expect-error: only gauges are observed
  expect(() => op.latency.observe(() => 1)).toThrow(TypeError)
  // @ts-expect-error: the model is missing
  monitor.for({ contextSize: 8_192 })

  const builtIn = await start({ endpoint: false })
  builtIn.for(place).latency.record(1)
  // @ts-expect-error: a custom KPI without its configuration
  expect(builtIn.for(place).recall_at_5).toBeUndefined()
})
