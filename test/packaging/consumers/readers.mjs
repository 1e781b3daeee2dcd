// OpenTelemetry readers and exporters of the application's own line, fed by the package's producers: prints the number
// of series they agree on with the package's own endpoint, and fails where they don't.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'
import { startMonitoring } from '@mnemoscope/instrumentation'
import {
  AggregationTemporalityPreference,
  OTLPMetricExporter,
} from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'

const monitor = await startMonitoring({ service: 'readers', port: 0 })
const search = monitor.for({ model: 'gpt-4o', contextSize: 8_192, operation: 'search' })
for (let i = 1; i <= 100; i++)
  search.operation({ latency: i / 10, f1_score: i / 100, overflow_frequency: 'none' })

const received = { cumulative: [], delta: [] }
const collector = createServer(async (request, response) => {
  received[request.url.slice(1)].push(await json(request))
  response.setHeader('content-type', 'application/json').end('{}')
})
await once(collector.listen(0, '127.0.0.1'), 'listening')

const pulled = new PrometheusExporter({
  preventServerStart: true,
  withoutScopeInfo: true,
  withoutTargetInfo: true,
  metricProducers: [monitor.metricProducer({ names: 'prometheus' })],
})
const pushed = ['cumulative', 'delta'].map(
  (temporality) =>
    new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({
        url: `http://127.0.0.1:${collector.address().port}/${temporality}`,
        temporalityPreference: AggregationTemporalityPreference[temporality.toUpperCase()],
      }),
      exportIntervalMillis: 3_600_000,
      metricProducers: [monitor.metricProducer({ temporality })],
    }),
)
const provider = new MeterProvider({ readers: [pulled, ...pushed] })
await provider.forceFlush()
search.latency.record(50)
await provider.forceFlush()

const theirs = samples(
  await new Promise((end) => pulled.getMetricsRequestHandler({}, { setHeader() {}, end })),
)
const ours = samples(await (await fetch(monitor.url)).text())
assert.deepEqual(theirs, ours)

assert.deepEqual(latencies(received.cumulative), [
  { count: 100, min: 0.1, max: 10 },
  { count: 101, min: 0.1, max: 50 },
])
assert.deepEqual(latencies(received.delta), [
  { count: 100, min: 0.1, max: 10 },
  { count: 1, min: 50, max: 50 },
])

await provider.shutdown()
await monitor.stop()
collector.close()
console.log(ours.length)

/** Series and values of an exposition, sorted; the resident memory and the uptime change between two readings. */
function samples(text) {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^(#|target_info|mnemoscope_memory_usage)/.test(line))
    .map((line) => line.replace('{} ', ' ').replace(/^(process_uptime_seconds) .*/, '$1'))
    .sort()
}

function latencies(requests) {
  return requests.map(({ resourceMetrics: [{ scopeMetrics }] }) => {
    const { metrics } = scopeMetrics.find(({ scope }) => scope.name === '@mnemoscope/instrumentation')
    const [point] = metrics.find(({ name }) => name === 'mnemoscope.latency').histogram.dataPoints
    return { count: Number(point.count), min: point.min, max: point.max }
  })
}
