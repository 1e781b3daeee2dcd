// The two sides of every comparison: the same KPIs and the same series, through handles and through native instruments.
import { defineConfig, names, outcomesOf } from '@mnemoscope/kpi'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { startMonitoring } from '../dist/index.js'
import { median } from './median.mjs'

export const config = defineConfig({ instrumentation: { maxSeries: 100_000 } })
const kpis = Object.values(config.kpis)

/** Labels of the series with this number. */
export function place(i) {
  return { model: `model-${i}`, contextSize: 131_072, operation: 'search' }
}

/** The same as OpenTelemetry attributes. */
export function attributes(i) {
  return { model: `model-${i}`, context_size: '131072', operation: 'search' }
}

/** Measurements of one operation, different for each number. */
export function values(i) {
  return {
    f1_score: ((i * 37) % 100) / 100,
    latency: ((i * 53) % 1_000) / 100,
    token_usage: (i * 131) % 20_000,
    memory_usage: 100_000_000 + i,
    context_utilization: ((i * 17) % 100) / 100,
    adaptation_success_rate: i % 3 === 0 ? 'failure' : 'success',
    overflow_frequency: i % 5 === 0 ? 'hierarchy' : 'none',
  }
}

/** Seconds spread over all buckets and beyond, in an order that no branch predictor learns; the same each time. */
export function latencies(count) {
  let state = 0x9e3779b9
  return Float64Array.from({ length: count }, () => {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return Math.exp(((state >>> 0) / 2 ** 32) * 12 - 6.5)
  })
}

/** Our side: a monitor with so many handles. */
export async function handles(count, options = {}) {
  const monitor = await startMonitoring({ service: 'bench', config, endpoint: false, ...options })
  const all = Array.from({ length: count }, (_, i) => monitor.for(place(i)))
  return { monitor, all }
}

/** Native side: instruments of the same metrics, the gauges of latest values among them. */
export function nativeInstruments(readers) {
  const provider = new MeterProvider({ readers: readers.map((reader) => withoutLimit(reader)) })
  const meter = provider.getMeter('bench')
  const instruments = kpis.map((kpi) => {
    const { name, unit } = names.otelMetric(kpi)
    const latest = names.otelLatest(kpi)
    return {
      kpi,
      measured:
        kpi.instrument === 'histogram'
          ? meter.createHistogram(name, { unit, advice: { explicitBucketBoundaries: [...kpi.boundaries] } })
          : kpi.instrument === 'counter'
            ? meter.createCounter(name, { unit })
            : meter.createGauge(name, { unit }),
      latest: kpi.instrument === 'gauge' ? undefined : meter.createGauge(latest.name, { unit: latest.unit }),
    }
  })
  return {
    provider,
    latency: instruments.find(({ kpi }) => kpi.id === 'latency').measured,
    /** The seven measurements of one operation, as an application without handles takes them. */
    operation(labels, measured) {
      for (const { kpi, measured: instrument } of instruments) {
        const value = measured[kpi.id]
        if (kpi.instrument === 'counter') instrument.add(1, { ...labels, [kpi.outcomes.label]: value })
        else instrument.record(value, labels)
      }
    },
    /** What else is needed for the same series: every outcome from the start, and the latest values. */
    complete(labels, measured) {
      for (const { kpi, measured: instrument, latest } of instruments) {
        for (const outcome of outcomesOf(kpi)) instrument.add(0, { ...labels, [kpi.outcomes.label]: outcome })
        const value = measured[kpi.id]
        latest?.record(kpi.outcomes ? Number(kpi.outcomes.counted.includes(value)) : value, labels)
      }
    },
  }
}

/** A reader that keeps more attribute sets than OpenTelemetry's 2,000, so that both sides show all of theirs. */
function withoutLimit(reader) {
  reader.selectCardinalityLimit = () => 1_000_000
  return reader
}

/** A response that turns what it is sent into bytes, as a socket does. */
export function sink(done) {
  return {
    setHeader() {},
    end: (text) => done(Buffer.from(text)),
  }
}

/** CPU time of this process since a reading of `process.cpuUsage`, in milliseconds: what others do does not count. */
export function cpuMilliseconds(since) {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1_000
}

/** CPU nanoseconds of one round, median of several, after a warm-up. */
export function nanoseconds(run, count) {
  for (let i = 0; i < 3; i++) run(count)
  return median(
    Array.from({ length: 5 }, () => {
      const start = process.cpuUsage()
      run(count)
      return (cpuMilliseconds(start) * 1e6) / count
    }),
  )
}
