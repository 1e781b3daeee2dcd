// What a typed service writes; compiled as an ES module, as CommonJS, and for both lines of OpenTelemetry.
import { startMonitoring } from '@mnemoscope/instrumentation'
import { languageModelMiddleware } from '@mnemoscope/instrumentation/ai-sdk'
import { instrumentMem0 } from '@mnemoscope/instrumentation/mem0'
import { defineConfig } from '@mnemoscope/kpi'
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics'

export async function main(exporter: PushMetricExporter): Promise<MeterProvider> {
  const monitor = await startMonitoring({ service: 'typed', config: defineConfig({ contextSizes: [8_192] }) })
  const search = monitor.for({ model: 'gpt-4o', contextSize: 8_192, operation: 'search' })
  search.operation({ f1_score: 0.9, latency: 0.1, overflow_frequency: 'none' })
  // @ts-expect-error -- no KPI has this name
  search.operation({ f1: 0.9 })
  const method = async () => ({ results: [] })
  const memory = { search: method, add: method, update: method, delete: method, deleteAll: method }
  await instrumentMem0(memory, monitor, { model: 'gpt-4o', contextSize: 8_192 }).search()
  languageModelMiddleware(monitor, { contextSize: 8_192 })
  const reader = new PeriodicExportingMetricReader({ exporter, metricProducers: [monitor.metricProducer()] })
  return new MeterProvider({ readers: [reader] })
}
