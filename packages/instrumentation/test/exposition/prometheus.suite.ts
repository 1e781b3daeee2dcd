import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type FoundTool, findTools, type RunningServer, startPrometheus } from '@mnemoscope/servers'
import { context, TraceFlags, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { Counter, collectDefaultMetrics, type OpenMetricsContentType, Registry } from 'prom-client'
import { scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start } = monitors()
const toolsDir = fileURLToPath(new URL('../../../../.mnemoscope/tools', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-exposition-'))
let tools: Record<'prometheus' | 'promtool', FoundTool>
let prometheus: RunningServer | undefined

beforeAll(async () => {
  tools = await findTools(['prometheus', 'promtool'], { toolsDir })
}, 120_000)
afterAll(async () => {
  await prometheus?.stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Sample {
  readonly metric: Record<string, string>
  readonly value: [number, string]
}

const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }

test('promtool accepts the metrics', async () => {
  const monitor = await start({ genAi: { provider: 'openai' } })
  monitor.for(place).operation({ latency: 0.5, f1_score: 0.9, token_usage: 5, overflow_frequency: 'none' })
  const { status, stdout, stderr } = spawnSync(tools.promtool.command, ['check', 'metrics'], {
    input: await scrape(monitor.url),
    encoding: 'utf8',
  })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})

describe('a real Prometheus', () => {
  test('scrapes OpenMetrics with gzip, and stores the measurements, the exemplars and the other sources', async () => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
    const traceId = 'a'.repeat(32)
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    new Counter({ name: 'jobs', help: 'Jobs of "all" kinds.', registers: [registry] }).inc(2)
    const withExemplars = new Registry<OpenMetricsContentType>()
    withExemplars.setContentType(Registry.OPENMETRICS_CONTENT_TYPE)
    new Counter({
      name: 'requests',
      help: 'Requests.',
      registers: [withExemplars],
      enableExemplars: true,
    }).inc({ value: 3, labels: {}, exemplarLabels: { trace_id: traceId } })
    const exporter = new PrometheusExporter({ preventServerStart: true, appendTimestamp: true })
    const provider = new MeterProvider({ readers: [exporter] })
    const meter = provider.getMeter('app')
    meter.createHistogram('app.size').record(7, { kind: 'a "quoted} # kind' })
    meter.createCounter('app.calls').add(4)
    const monitor = await start({ exemplars: true, sources: [registry, withExemplars, exporter] })
    const span = { traceId, spanId: 'b'.repeat(16), traceFlags: TraceFlags.SAMPLED }
    context.with(trace.setSpanContext(context.active(), span), () => monitor.for(place).latency.record(5))
    context.disable()
    const configFile = join(folder, 'prometheus.yml')
    writeFileSync(
      configFile,
      `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: memory-api
    static_configs: [{ targets: ['${new URL(monitor.url ?? '').host}'] }]
`,
    )
    prometheus = await startPrometheus({
      command: tools.prometheus.command,
      configFile,
      stateDir: folder,
      port: 0,
      extraArgs: ['--enable-feature=exemplar-storage'],
    })
    const base = prometheus.url
    const query = async <Data>(path: string): Promise<Data> =>
      ((await (await fetch(`${base}${path}`)).json()) as { data: Data }).data
    const instant = async (expression: string) => {
      const path = `/api/v1/query?query=${encodeURIComponent(expression)}`
      return (await query<{ result: Sample[] }>(path)).result
    }

    let count: Sample[] = []
    while (count.length === 0) count = await instant('mnemoscope_latency_seconds_count{job="memory-api"}')
    expect(count[0]?.metric).toMatchObject({ model: 'gpt-4o', context_size: '131072', operation: 'search' })
    expect(count[0]?.value[1]).toBe('1')
    // Of exactly 5 s: at the threshold, so not among those that are better.
    for (const [le, counted] of [
      ['4.999999999999999', '0'],
      ['6.3', '1'],
    ]) {
      const [bucket] = await instant(`mnemoscope_latency_seconds_bucket{le="${le}"}`)
      expect(bucket?.value[1]).toBe(counted)
    }
    expect(await instant('up == 0')).toEqual([])
    const values = { jobs: '2', requests_total: '3', app_calls_total: '4', app_size_sum: '7' }
    for (const [series, value] of Object.entries(values)) {
      expect([series, (await instant(series))[0]?.value[1]]).toEqual([series, value])
    }
    // Prometheus 3 stores le="10" as le="10.0".
    expect((await instant('app_size_bucket{le=~"10([.]0)?"}'))[0]?.metric.kind).toBe('a "quoted} # kind')
    expect(await instant('nodejs_eventloop_lag_seconds')).toHaveLength(1)
    await provider.shutdown()
    const now = Date.now() / 1_000
    const [exemplars] = await query<{ exemplars: unknown[] }[]>(
      `/api/v1/query_exemplars?query=mnemoscope_latency_seconds_bucket&start=${now - 60}&end=${now + 60}`,
    )
    expect(exemplars?.exemplars[0]).toMatchObject({ labels: { trace_id: traceId }, value: '5' })
    const [ofRequests] = await query<{ exemplars: unknown[] }[]>(
      `/api/v1/query_exemplars?query=requests_total&start=${now - 60}&end=${now + 60}`,
    )
    expect(ofRequests?.exemplars[0]).toMatchObject({ labels: { trace_id: traceId }, value: '3' })
  }, 60_000)
})
