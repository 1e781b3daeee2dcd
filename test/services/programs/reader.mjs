// An application that lives in OpenTelemetry: its own SDK reads and pushes.
import { startMonitoring } from '@mnemoscope/instrumentation'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { options, record } from './app.mjs'

const isApi = process.env.THROUGH === 'the API'
const reader = (more) => new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(), ...more })
const api = isApi ? new MeterProvider({ readers: [reader({})] }) : undefined
const monitor = await startMonitoring({ ...options, endpoint: false, ...(api && { meterProvider: api }) })
const provider =
  api ?? new MeterProvider({ readers: [reader({ metricProducers: [monitor.metricProducer()] })] })
for (const url of process.argv.slice(2)) record(monitor, url)
await provider.shutdown()
await monitor.stop()
