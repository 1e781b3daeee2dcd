import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { JsonMetricsSerializer } from '@opentelemetry/otlp-transformer'
import {
  AggregationTemporality,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type SumMetricData,
} from '@opentelemetry/sdk-metrics'
import type { Monitor } from '../../src/index.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'
import { sortedSeries, translatedSeries } from './prometheus-names.js'

const { start } = monitors()

/** Measurements of each kind for several label sets; one label set has none. */
function measure(monitor: Monitor): void {
  for (const [model, contextSize] of [
    ['gpt-4o', 131_072],
    ['mistral "7b"\\', 8_192],
    ['größer', 9_999_999],
  ] as const) {
    const op = monitor.for({ model, contextSize, operation: 'search' })
    op.memory_usage.observe(() => 4_096)
    for (let i = 0; i < 400; i++) op.latency.record((i * i) / 1_000 + 0.1)
    for (const f1 of [0, 0.7, 0.75, 0.8, 1 / 3, 1]) op.f1_score.record(f1)
    op.operation({ token_usage: 1_234, context_utilization: 0.5, overflow_frequency: 'hierarchy' })
    op.adaptation_success_rate.record('failure')
  }
  monitor.for({ model: 'idle', contextSize: 1 }).memory_usage.record(1)
}

async function exported(exporter: PrometheusExporter): Promise<string> {
  return new Promise((resolve) => {
    exporter.getMetricsRequestHandler({} as never, { setHeader() {}, end: resolve } as never)
  })
}

describe('a metric producer', () => {
  test("gives exporter-prometheus the same samples as the monitor's own endpoint", async () => {
    const monitor = await start()
    measure(monitor)
    const exporter = new PrometheusExporter({
      preventServerStart: true,
      withoutScopeInfo: true,
      withoutTargetInfo: true,
      metricProducers: [monitor.metricProducer({ names: 'prometheus' })],
    })
    const provider = new MeterProvider({ readers: [exporter] })
    const theirs = samplesOf(await exported(exporter))
    // Read at two moments.
    expect(theirs.delete(names.processUptime)).toBe(true)
    const ours = samplesOf(
      (await scrape(monitor.url)).replace(/^target_info.*\n/m, '').replaceAll('{} ', ' '),
    )
    expect(ours.delete(names.processUptime)).toBe(true)
    expect(ours.size).toBeGreaterThan(300)
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs))
    await provider.shutdown()
  })

  test('has the names and labels that the specification gives to OTLP metrics in Prometheus', async () => {
    const monitor = await start()
    measure(monitor)
    const { resourceMetrics } = await monitor.metricProducer().collect()
    const pushed = translatedSeries(resourceMetrics)
    const pulled = [...samplesOf(await scrape(monitor.url)).keys()]
      .filter((series) => !series.startsWith('target_info'))
      .map((series) => sortedSeries(series.replace(/\{\}$/, '{}')))
    expect([...pushed].sort()).toEqual(pulled.sort())
  })

  test('has no sum of values that can be below 0, nor has the endpoint: it can fall, like that of a process that restarted', async () => {
    const config = defineConfig({
      kpis: {
        sentiment: {
          ...{ title: 'Sentiment', description: 'Of an answer.', unit: '1', instrument: 'histogram' },
          ...{ direction: 'higher_is_better', range: { min: -1, max: 1 }, statistic: 'p50' },
          boundaries: [-0.5, 0, 0.5, 1],
        },
      },
    })
    const monitor = await start({ config })
    const handle = monitor.for({ model: 'm', contextSize: 1 })
    for (const value of [-1, -0.25, 1]) handle.sentiment.record(value)
    const samples = samplesOf(await scrape(monitor.url))
    const labels = 'model="m",context_size="4096",operation="default"'
    expect(samples.get(`mnemoscope_sentiment_count{${labels}}`)).toBe('3')
    expect(samples.get(`mnemoscope_sentiment_bucket{${labels},le="0"}`)).toBe('2')
    expect([...samples.keys()].filter((name) => name.startsWith('mnemoscope_sentiment_sum'))).toEqual([])
    for (const temporality of ['cumulative', 'delta'] as const) {
      const { resourceMetrics } = await monitor.metricProducer({ temporality }).collect()
      const json = new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(resourceMetrics))
      const metrics = JSON.parse(json).resourceMetrics[0].scopeMetrics[0].metrics
      const found = metrics.find((metric: { name: string }) => metric.name === 'mnemoscope.sentiment')
      expect(found.histogram.dataPoints[0]).not.toHaveProperty('sum')
    }
    const exporter = new PrometheusExporter({
      preventServerStart: true,
      metricProducers: [monitor.metricProducer({ names: 'prometheus' })],
    })
    const provider = new MeterProvider({ readers: [exporter] })
    expect(await exported(exporter)).not.toContain('mnemoscope_sentiment_sum')
    await provider.shutdown()
  })

  test('gives counts that OTLP can carry as JSON', async () => {
    const monitor = await start()
    measure(monitor)
    const { resourceMetrics } = await monitor.metricProducer().collect()
    const json = new TextDecoder().decode(JsonMetricsSerializer.serializeRequest(resourceMetrics))
    const metrics = JSON.parse(json).resourceMetrics[0].scopeMetrics[0].metrics
    const latency = metrics.find((metric: { name: string }) => metric.name === 'mnemoscope.latency')
    const [point] = latency.histogram.dataPoints
    expect(point.bucketCounts).toHaveLength(point.explicitBounds.length + 1)
    expect(point.bucketCounts.reduce((all: number, count: number) => all + count, 0)).toBe(400)
    expect(point.min).toBe(0.1)
    expect(point.max).toBeCloseTo(159.301)
  })
})

test('a value that can not be read is missing in a collection; all other values are there', async () => {
  const monitor = await start()
  const producer = monitor.metricProducer()
  const [broken, sound] = ['broken', 'sound'].map((model) => monitor.for({ model, contextSize: 1 }))
  broken?.memory_usage.observe(() => {
    throw new Error('no memory')
  })
  sound?.memory_usage.observe(() => 4_096)
  const { resourceMetrics, errors } = await producer.collect()
  expect(errors).toEqual([])
  const metrics = resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics)
  const memory = metrics.find(({ descriptor }) => descriptor.name === 'mnemoscope.memory_usage')
  expect(memory?.dataPoints.map(({ attributes, value }) => [attributes.model, value])).toEqual([
    ['sound', 4_096],
  ])
  expect(metrics.map(({ descriptor }) => descriptor.name)).toContain('mnemoscope.latency')
})

describe('a collection of a producer', () => {
  test.each(['cumulative', 'delta'] as const)(
    'stays as it was while more is recorded: %s',
    async (temporality) => {
      const monitor = await start()
      const producers = [monitor.metricProducer({ temporality }), monitor.metricProducer({ temporality })]
      const given: { result: unknown; copy: string }[] = []
      for (let round = 0; round < 3; round++) {
        measure(monitor)
        for (const producer of producers) {
          const result = await producer.collect()
          given.push({ result, copy: JSON.stringify(result) })
        }
      }
      for (const { result, copy } of given) expect(JSON.stringify(result)).toBe(copy)
    },
  )
})

describe('a delta producer', () => {
  const place = { model: 'm', contextSize: 8_192 }

  async function latency(producer: ReturnType<Monitor['metricProducer']>) {
    const { resourceMetrics } = await producer.collect()
    const metrics = resourceMetrics.scopeMetrics[0]?.metrics ?? []
    const metric = metrics.find(({ descriptor }) => descriptor.name === 'mnemoscope.latency')
    return (metric as HistogramMetricData | undefined)?.dataPoints[0]
  }

  test('reports zero first, then each interval alone with its extremes', async () => {
    let now = 1_000_000
    const monitor = await start({ now: () => now })
    const producer = monitor.metricProducer({ temporality: 'delta' })
    const op = monitor.for(place)
    const first = await latency(producer)
    expect(first?.value).toMatchObject({ count: 0, sum: 0 })
    expect(first?.value).not.toHaveProperty('min')

    now += 10_000
    for (const seconds of [1, 50]) op.latency.record(seconds)
    expect((await latency(producer))?.value).toMatchObject({ count: 2, sum: 51, min: 1, max: 50 })

    now += 10_000
    for (const seconds of [3, 4]) op.latency.record(seconds)
    const third = await latency(producer)
    expect(third?.value).toMatchObject({ count: 2, sum: 7, min: 3, max: 4 })
    expect([third?.startTime, third?.endTime]).toEqual([
      [1_010, 0],
      [1_020, 0],
    ])

    expect(await latency(producer)).toBeUndefined()
  })

  test('gives each of two readers the extremes of its intervals, and a cumulative reader those since the start', async () => {
    const monitor = await start()
    const [fast, slow, total] = [
      monitor.metricProducer({ temporality: 'delta' }),
      monitor.metricProducer({ temporality: 'delta' }),
      monitor.metricProducer(),
    ]
    const op = monitor.for(place)
    await latency(fast)
    await latency(slow)
    op.latency.record(9)
    expect((await latency(fast))?.value).toMatchObject({ count: 1, min: 9, max: 9 })
    op.latency.record(2)
    expect((await latency(fast))?.value).toMatchObject({ count: 1, min: 2, max: 2 })
    expect((await latency(slow))?.value).toMatchObject({ count: 2, min: 2, max: 9 })
    op.latency.record(5)
    expect((await latency(slow))?.value).toMatchObject({ count: 1, min: 5, max: 5 })
    expect((await latency(total))?.value).toMatchObject({ count: 3, min: 2, max: 9 })
  })

  test('equals native instruments in the same reader, in counts and extremes of each interval', async () => {
    const monitor = await start()
    const memory = new InMemoryMetricExporter(AggregationTemporality.DELTA)
    const reader = new PeriodicExportingMetricReader({
      exporter: memory,
      exportIntervalMillis: 3_600_000,
      metricProducers: [monitor.metricProducer({ temporality: 'delta' })],
    })
    const provider = new MeterProvider({ readers: [reader] })
    const boundaries = [...(monitor.config.kpis.latency.boundaries ?? [])]
    const native = provider.getMeter('native').createHistogram('native', {
      advice: { explicitBucketBoundaries: boundaries },
    })
    const counter = provider.getMeter('native').createCounter('native_outcomes')
    const op = monitor.for(place)
    for (let interval = 0; interval < 5; interval++) {
      for (let i = 0; i < 50; i++) {
        const seconds = ((interval * 7 + i) % 23) / 4
        op.latency.record(seconds)
        native.record(seconds, { a: 'b' })
        op.overflow_frequency.record('none')
        counter.add(1, { a: 'b' })
      }
      await reader.forceFlush()
    }
    const points = (name: string) =>
      memory.getMetrics().map(({ scopeMetrics }) => {
        const metric = scopeMetrics
          .flatMap(({ metrics }) => metrics)
          .find(({ descriptor }) => descriptor.name === name)
        return (metric as HistogramMetricData).dataPoints[0]?.value
      })
    expect(points('mnemoscope.latency')).toEqual(points('native'))
    const outcomes = memory.getMetrics().map(({ scopeMetrics }) =>
      scopeMetrics
        .flatMap(({ metrics }) => metrics)
        .filter((metric): metric is SumMetricData => /outcomes|overflow_checks/.test(metric.descriptor.name))
        .map(({ dataPoints }) => Math.max(...dataPoints.map(({ value }) => value))),
    )
    expect(outcomes).toEqual(Array(5).fill([50, 50]))
    await provider.shutdown()
  })
})

test.each(['cumulative', 'delta'] as const)(
  'no %s point ends before it starts when the clock is set back, and none is lost',
  async (temporality) => {
    const day = 86_400_000
    const times = [10 * day, 10 * day + 5_000, 9 * day, 9 * day + 5_000, 11 * day]
    let now = times[0] as number
    const monitor = await start({ endpoint: false, now: () => now })
    const producer = monitor.metricProducer({ temporality })
    const seconds = ([whole, nanos]: readonly [number, number]) => whole + nanos / 1e9
    const counts: unknown[] = []
    for (const [i, at] of times.entries()) {
      now = at
      monitor.for({ model: 'old', contextSize: 1 }).latency.record(1)
      monitor.for({ model: `new-${i}`, contextSize: 1 }).latency.record(1)
      const { resourceMetrics } = await producer.collect()
      const metrics = resourceMetrics.scopeMetrics.flatMap((each) => each.metrics)
      const points = metrics.flatMap(({ dataPoints }) => dataPoints.map((point) => point))
      for (const { startTime, endTime } of points) {
        expect(seconds(endTime)).toBe(at / 1_000)
        expect(seconds(startTime)).toBeLessThanOrEqual(seconds(endTime))
      }
      const latency = metrics.find(({ descriptor }) => descriptor.name === 'mnemoscope.latency')
      const point = latency?.dataPoints.find(({ attributes }) => attributes.model === 'old')
      counts.push((point?.value as { count: number } | undefined)?.count)
    }
    expect(counts).toEqual(temporality === 'delta' ? [1, 1, 1, 1, 1] : [1, 2, 3, 4, 5])
  },
)
