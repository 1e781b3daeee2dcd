import { afterEach, expect, test } from '@jest/globals'
import {
  AggregationTemporality,
  createDenyListAttributesProcessor,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { monitors } from '../monitored.js'
import { valueOfEach } from '../value-of-each.js'
import { translatedSeries } from './prometheus-names.js'

const { start } = monitors()
const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }
let provider: MeterProvider | undefined
afterEach(() => provider?.shutdown())

function applicationsProvider(options: Partial<ConstructorParameters<typeof MeterProvider>[0]> = {}) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  provider = new MeterProvider({ readers: [reader], ...options })
  const joined = provider
  return {
    provider: joined,
    async collect() {
      await joined.forceFlush()
      const [resourceMetrics] = exporter.getMetrics().slice(-1)
      if (resourceMetrics === undefined) throw new Error('nothing was exported')
      return resourceMetrics
    },
  }
}

test("an application's meter provider gets the same names, labels and values as the monitor's outputs", async () => {
  const application = applicationsProvider()
  const monitor = await start({ endpoint: false, meterProvider: application.provider })
  const op = monitor.for(place)
  op.operation({ ...valueOfEach, latency: 6 })
  op.operation({
    latency: 7,
    memory_usage: 4_096,
    adaptation_success_rate: 'success',
    overflow_frequency: 'none',
  })
  op.latency.record(-1)
  const theirs = await application.collect()
  const { resourceMetrics: ours } = await monitor.metricProducer().collect()
  expect(translatedSeries(theirs)).toEqual(translatedSeries(ours))
  const latency = theirs.scopeMetrics[0]?.metrics.find(
    ({ descriptor }) => descriptor.name === 'mnemoscope.latency',
  )
  const [point] = (latency?.dataPoints ?? []) as DataPoint<Histogram>[]
  expect(point?.value).toMatchObject({ count: 2, sum: 13, min: 6, max: 7 })
  expect(point?.value.buckets.boundaries).toEqual(monitor.config.kpis.latency.boundaries)
})

test("an application's meter provider gets the metrics of the conventions, too", async () => {
  const application = applicationsProvider()
  const genAi = { provider: 'openai' }
  const monitor = await start({ endpoint: false, meterProvider: application.provider, genAi })
  monitor.for(place).operation({ ...valueOfEach, token_usage: 100 }, { output_tokens: 5 })
  const theirs = await application.collect()
  const { resourceMetrics: ours } = await monitor.metricProducer().collect()
  expect(translatedSeries(theirs)).toEqual(translatedSeries(ours))
  const tokens = theirs.scopeMetrics[0]?.metrics.find(
    ({ descriptor }) => descriptor.name === 'gen_ai.client.token.usage',
  )
  const points = (tokens?.dataPoints ?? []) as DataPoint<Histogram>[]
  expect(points.map(({ attributes, value }) => [attributes['gen_ai.token.type'], value.sum])).toEqual([
    ['input', 100],
    ['output', 5],
  ])
})

test("an application's views apply to it", async () => {
  const application = applicationsProvider({
    views: [
      {
        instrumentName: 'mnemoscope.*',
        attributesProcessors: [createDenyListAttributesProcessor(['operation'])],
      },
    ],
  })
  const monitor = await start({ endpoint: false, meterProvider: application.provider })
  monitor.for(place).latency.record(6)
  const { scopeMetrics } = await application.collect()
  const latency = scopeMetrics[0]?.metrics.find(({ descriptor }) => descriptor.name === 'mnemoscope.latency')
  expect(latency?.dataPoints[0]?.attributes).toEqual({ model: 'gpt-4o', context_size: '131072' })
})

test('a stopped monitor is not observed', async () => {
  const application = applicationsProvider()
  const monitor = await start({ endpoint: false, meterProvider: application.provider })
  monitor.for(place).overflow_frequency.record('none')
  await monitor.stop()
  await expect(application.collect()).rejects.toThrow('nothing was exported')
})
