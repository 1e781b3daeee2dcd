/**
 * A service with OpenTelemetry's SDK alone, which knows nothing of the instrumentation: the metrics have names and units of
 * its own. Serves them on PORT; each message says what to measure.
 */
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'

const exporter = new PrometheusExporter({
  host: '127.0.0.1',
  port: Number(process.env.PORT),
  withResourceConstantLabels: /^$/,
})
const meter = new MeterProvider({ readers: [exporter] }).getMeter('foreign')
const duration = meter.createHistogram('memory.search.duration', {
  unit: 'ms',
  advice: { explicitBucketBoundaries: [100, 500, 1_000, 5_000, 10_000, 20_000] },
})
const lookups = meter.createCounter('memory.lookups')

process.on('message', ({ searches = [], hits = 0, misses = 0 }) => {
  for (const milliseconds of searches)
    duration.record(milliseconds, { embedding_model: 'e5', shard: String(milliseconds % 2) })
  if (hits > 0) lookups.add(hits, { result: 'hit' })
  if (misses > 0) lookups.add(misses, { result: 'miss' })
  process.send({ done: true })
})
exporter.startServer().then(() => process.send({ started: true }))
