import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import type { Monitor } from '../../src/index.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()
const overflowing = 'model="_overflow",context_size="_overflow",operation="_overflow"'

async function counts(monitor: Monitor): Promise<Record<string, string>> {
  const series = [...samplesOf(await scrape(monitor.url))].flatMap(([name, value]) => {
    const model = /^mnemoscope_latency_seconds_count\{model="([^"]+)"/.exec(name)?.[1]
    return model === undefined ? [] : [[model, value]]
  })
  return Object.fromEntries(series)
}

describe('the cardinality limit', () => {
  test('holds for the life of the process: handles beyond it share one series and are counted, with one warning', async () => {
    const config = defineConfig({ instrumentation: { maxSeries: 3 } })
    const monitor = await start({ config })
    for (let scraped = 0; scraped < 3; scraped++) {
      for (let i = 0; i < 1_000; i++) {
        monitor.for({ model: `id-${scraped}-${i}`, contextSize: 8_192 }).latency.record(1)
      }
      expect(Object.keys(await counts(monitor))).toHaveLength(4)
    }
    expect(await counts(monitor)).toEqual({ 'id-0-0': '1', 'id-0-1': '1', 'id-0-2': '1', _overflow: '2997' })
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_latency_seconds_count{${overflowing}}`)).toBe('2997')
    expect(samples.get('mnemoscope_cardinality_overflows_total{}')).toBe('2997')
    expect(warnings).toEqual([
      { code: 'CARDINALITY_LIMIT', message: expect.stringContaining('instrumentation.maxSeries') },
    ])
  })

  test('still returns existing handles', async () => {
    const config = defineConfig({ instrumentation: { maxSeries: 1 } })
    const monitor = await start({ config })
    const first = monitor.for({ model: 'first', contextSize: 8_192 })
    monitor.for({ model: 'second', contextSize: 8_192 })
    expect(monitor.for({ model: 'first', contextSize: 8_192 })).toBe(first)
  })
})

describe('an idle handle', () => {
  const config = defineConfig({ instrumentation: { maxSeries: 2, evictAfter: '8h' } })
  const hour = 3_600_000

  async function evicting() {
    const clock = { now: 0 }
    const monitor = await start({ config, clock: () => clock.now })
    const idle = monitor.for({ model: 'idle', contextSize: 8_192 })
    const busy = monitor.for({ model: 'busy', contextSize: 8_192 })
    idle.latency.record(1)
    const reader = monitor.metricProducer()
    await reader.collect()
    // Collections of twelve hours, for all of which it is idle.
    for (let h = 1; h <= 12; h++) {
      clock.now = h * hour
      busy.latency.record(1)
      await reader.collect()
    }
    return { monitor, idle, clock }
  }

  test('gives its place to others, and its series end', async () => {
    const { monitor } = await evicting()
    expect(await counts(monitor)).toEqual({ busy: '12' })
    monitor.for({ model: 'new', contextSize: 8_192 })
    expect(await counts(monitor)).toEqual({ busy: '12', new: '0' })
    expect(warnings).toEqual([])
  })

  test('that is used again has its series back, which start at zero', async () => {
    const { monitor, idle } = await evicting()
    idle.latency.record(1)
    expect(await counts(monitor)).toEqual({ busy: '12', idle: '1' })
    expect(monitor.for({ model: 'idle', contextSize: 8_192 })).toBe(idle)
    idle.latency.record(1)
    expect(await counts(monitor)).toEqual({ busy: '12', idle: '2' })
  })

  test.each([true, false])(
    'that is used again counts only new operations, with a new creation time, scraped in between: %s',
    async (isScraped) => {
      const clock = { now: 0 }
      const limited = defineConfig({ instrumentation: { maxSeries: 1, evictAfter: '8h' } })
      const monitor = await start({ config: limited, clock: () => clock.now, now: () => clock.now })
      const openMetrics = 'application/openmetrics-text;version=1.0.0'
      const scraped = async (accept: string) => samplesOf(await scrape(monitor.url, accept))
      const reader = monitor.metricProducer({ temporality: 'delta' })
      const idle = monitor.for({ model: 'idle', contextSize: 8_192 })
      for (let i = 0; i < 99; i++) idle.operation({ latency: 3, overflow_frequency: 'hierarchy' })
      idle.memory_usage.record(7)
      clock.now = 2 * hour
      for (const accept of ['text/plain', openMetrics]) await scraped(accept)
      await reader.collect()

      // Another handle takes its place, and then it takes the place back.
      clock.now = 11 * hour
      monitor.for({ model: 'other', contextSize: 8_192 })
      if (isScraped) for (const accept of ['text/plain', openMetrics]) await scraped(accept)
      clock.now = 20 * hour
      idle.latency.record(0.5)

      const labels = 'model="idle",context_size="8192",operation="default"'
      for (const accept of ['text/plain', openMetrics]) {
        const samples = await scraped(accept)
        expect(samples.get(`mnemoscope_latency_seconds_count{${labels}}`)).toBe('1')
        expect(samples.get(`mnemoscope_latency_seconds_sum{${labels}}`)).toBe('0.5')
        expect(samples.get(`mnemoscope_latency_seconds_bucket{${labels},le="1.25"}`)).toBe('1')
        expect(samples.get(`mnemoscope_overflow_checks_total{${labels},strategy="hierarchy"}`)).toBe('0')
        expect(samples.get(`mnemoscope_memory_usage_bytes{${labels}}`)).not.toBe('7')
        const created = accept === openMetrics ? String((20 * hour) / 1_000) : undefined
        expect(samples.get(`mnemoscope_latency_seconds_created{${labels}}`)).toBe(created)
      }
      const { resourceMetrics } = await reader.collect()
      const latency = resourceMetrics.scopeMetrics[0]?.metrics.find(
        ({ descriptor }) => descriptor.name === 'mnemoscope.latency',
      )
      expect(latency?.dataPoints).toEqual([
        expect.objectContaining({
          startTime: [(20 * hour) / 1_000, 0],
          value: expect.objectContaining({ count: 1, sum: 0.5, min: 0.5, max: 0.5 }),
        }),
      ])
    },
  )

  test('counts in the handle that has its labels now', async () => {
    const { monitor, idle } = await evicting()
    const successor = monitor.for({ model: 'idle', contextSize: 8_192 })
    expect(successor).not.toBe(idle)
    successor.latency.record(1)
    idle.latency.record(1)
    expect(await counts(monitor)).toEqual({ busy: '12', idle: '2' })
  })

  test('records into the overflow series if no place is free', async () => {
    const { monitor, idle } = await evicting()
    monitor.for({ model: 'new', contextSize: 8_192 })
    idle.latency.record(1)
    expect(await counts(monitor)).toEqual({ busy: '12', new: '0', _overflow: '1' })
  })

  test('that observes a value has its series back, or the handle that has its labels now observes it', async () => {
    const memory = 'mnemoscope_memory_usage_bytes{model="idle",context_size="8192",operation="default"}'
    for (const isTaken of [false, true]) {
      const { monitor, idle } = await evicting()
      if (isTaken) monitor.for({ model: 'idle', contextSize: 8_192 })
      idle.memory_usage.observe(() => 5)
      expect(samplesOf(await scrape(monitor.url)).get(memory)).toBe('5')
    }
  })

  test('keeps its series when the wall clock is set', async () => {
    let now = 0
    const monitor = await start({ config, now: () => now })
    monitor.for({ model: 'busy', contextSize: 8_192 }).latency.record(1)
    const reader = monitor.metricProducer()
    await reader.collect()
    for (let h = 1; h <= 12; h++) {
      now = h * hour
      await reader.collect()
    }
    expect(await counts(monitor)).toEqual({ busy: '1' })
  })

  test('is not idle while a value of it is observed', async () => {
    const clock = { now: 0 }
    const monitor = await start({ config, clock: () => clock.now })
    monitor.for({ model: 'observed', contextSize: 8_192 }).memory_usage.observe(() => 1)
    const reader = monitor.metricProducer()
    for (let h = 0; h <= 24; h++) {
      clock.now = h * hour
      await reader.collect()
    }
    expect(Object.keys(await counts(monitor))).toEqual(['observed'])
  })
})
