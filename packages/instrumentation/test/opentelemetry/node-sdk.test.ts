import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { context, diag, metrics, propagation, trace } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'
import { valueOfEach } from '../value-of-each.js'

const { start } = monitors()
const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }

interface Pushed {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly { readonly name: string; readonly [kind: string]: unknown }[]
    }[]
  }[]
}

let sdk: NodeSDK | undefined
let collector: Server
const pushed: Pushed[] = []

beforeEach(async () => {
  // An SDK would look for a collector of traces too.
  process.env.OTEL_TRACES_EXPORTER = process.env.OTEL_LOGS_EXPORTER = 'none'
  pushed.length = 0
  collector = createServer(async (request, response) => {
    pushed.push((await json(request)) as Pushed)
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await once(collector.listen(0, '127.0.0.1'), 'listening')
})

afterEach(async () => {
  await sdk?.shutdown()
  sdk = undefined
  collector.close()
  delete process.env.OTEL_TRACES_EXPORTER
  delete process.env.OTEL_LOGS_EXPORTER
  for (const api of [metrics, trace, context, propagation, diag]) api.disable()
})

function otlpExporter(): OTLPMetricExporter {
  return new OTLPMetricExporter({ url: `http://127.0.0.1:${(collector.address() as AddressInfo).port}/` })
}

/** Metrics that arrived at the collector, the newest of each name. */
function arrived(): Map<string, { readonly [kind: string]: unknown }> {
  const all = pushed.flatMap(({ resourceMetrics }) => resourceMetrics)
  return new Map(
    all
      .flatMap(({ scopeMetrics }) => scopeMetrics)
      .flatMap(({ metrics }) => metrics)
      .map((metric) => [metric.name, metric]),
  )
}

describe('a NodeSDK of the application', () => {
  test('exports the KPIs and its other metrics through each of its readers, a last time at its shutdown', async () => {
    const monitor = await start()
    const prometheus = new PrometheusExporter({
      preventServerStart: true,
      withoutScopeInfo: true,
      withoutTargetInfo: true,
      metricProducers: [monitor.metricProducer({ names: 'prometheus' })],
    })
    sdk = new NodeSDK({
      autoDetectResources: false,
      metricReaders: [
        prometheus,
        new PeriodicExportingMetricReader({
          exporter: otlpExporter(),
          exportIntervalMillis: 3_600_000,
          metricProducers: [monitor.metricProducer()],
        }),
      ],
    })
    sdk.start()
    metrics.getMeter('application').createCounter('requests').add(3)
    const op = monitor.for(place)
    op.operation({ latency: 6, f1_score: 0.9, overflow_frequency: 'none' })

    const theirs = await new Promise<string>((end) =>
      prometheus.getMetricsRequestHandler({} as never, { setHeader() {}, end } as never),
    )
    expect(theirs).toContain('requests_total 3')
    const ours = samplesOf(await scrape(monitor.url))
    const shared = [...samplesOf(theirs)].filter(([series]) => series.startsWith('mnemoscope_'))
    const expected = [...ours].filter(([series]) => series.startsWith('mnemoscope_'))
    const withoutMemory = (entries: [string, string][]) =>
      Object.fromEntries(
        entries
          .filter(([series]) => !series.startsWith('mnemoscope_memory'))
          .map(([series, value]) => [series.replace('{}', ''), value]),
      )
    expect(withoutMemory(shared)).toEqual(withoutMemory(expected))

    op.latency.record(7)
    await sdk.shutdown()
    sdk = undefined
    expect(arrived().get('requests')).toBeDefined()
    expect(arrived().get('mnemoscope.latency')).toMatchObject({
      histogram: { dataPoints: [{ count: 2, sum: 13, min: 6, max: 7 }] },
    })
  })

  test("gets records through the API's global provider, with the same names", async () => {
    sdk = new NodeSDK({
      autoDetectResources: false,
      metricReaders: [
        new PeriodicExportingMetricReader({ exporter: otlpExporter(), exportIntervalMillis: 3_600_000 }),
      ],
    })
    sdk.start()
    const monitor = await start({ endpoint: false, meterProvider: metrics.getMeterProvider() })
    monitor.for(place).operation(valueOfEach)
    await sdk.shutdown()
    sdk = undefined
    const { resourceMetrics } = await monitor.metricProducer().collect()
    const names = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor }) => descriptor.name),
    )
    expect([...arrived().keys()].sort()).toEqual(names.sort())
    expect(arrived().get('mnemoscope.latency')).toMatchObject({
      histogram: { dataPoints: [{ count: 1, sum: 6 }] },
    })
  })
})
