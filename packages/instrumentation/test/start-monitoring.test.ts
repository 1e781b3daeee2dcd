import { describe, expect, test } from '@jest/globals'
import type { Config } from '@mnemoscope/kpi'
import { startMonitoring } from '../src/index.js'
import { samplesOf, scrape } from './exposition-samples.js'
import { monitors } from './monitored.js'

const { start: monitored, warnings } = monitors()

const labels = 'model="gpt-4o",context_size="131072",operation="search"'
const place = { model: 'gpt-4o', contextSize: 131_072, operation: 'search' }

test('a configuration that did not come from defineConfig is refused with what to write', async () => {
  const given = { kpis: { f1_score: { operations: 2 } } } as unknown as Config
  await expect(startMonitoring({ service: 'memory', port: 0, config: given })).rejects.toMatchObject({
    code: 'USAGE',
    value: ['kpis'],
    next: expect.stringContaining('defineConfig({'),
  })
})

describe('a handle', () => {
  test('has its histograms and counters at 0 from the start, and no latest value yet', async () => {
    const monitor = await monitored()
    monitor.for(place)
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_latency_seconds_count{${labels}}`)).toBe('0')
    expect(samples.get(`mnemoscope_latency_seconds_bucket{${labels},le="1.25"}`)).toBe('0')
    expect(samples.get(`mnemoscope_adaptations_total{${labels},outcome="failure"}`)).toBe('0')
    expect([...samples.keys()].filter((name) => name.includes('_latest'))).toEqual([])
  })

  test('counts what it records in cumulative buckets, a boundary itself inside', async () => {
    const monitor = await monitored()
    const op = monitor.for(place)
    for (const seconds of [0.12, 1.25, 1.26, 1_000]) op.latency.record(seconds)
    const samples = samplesOf(await scrape(monitor.url))
    const bucket = (le: string) => samples.get(`mnemoscope_latency_seconds_bucket{${labels},le="${le}"}`)
    expect([
      bucket('0.02004'),
      bucket('0.7897'),
      bucket('1.25'),
      bucket('4.999999999999999'),
      bucket('300'),
      bucket('+Inf'),
    ]).toEqual(['0', '1', '2', '3', '3', '4'])
    expect(Number(samples.get(`mnemoscope_latency_seconds_sum{${labels}}`))).toBeCloseTo(1_002.63)
    expect(samples.get(`mnemoscope_latency_latest_seconds{${labels}}`)).toBe('1000')
  })

  test('counts outcomes, and shows 1 or 0 for the latest one that is part of the ratio', async () => {
    const monitor = await monitored()
    const op = monitor.for(place)
    op.adaptation_success_rate.record('success')
    op.adaptation_success_rate.record('refused')
    op.overflow_frequency.record('hierarchy')
    op.overflow_frequency.record('none')
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_adaptations_total{${labels},outcome="success"}`)).toBe('1')
    expect(samples.get(`mnemoscope_adaptations_total{${labels},outcome="refused"}`)).toBe('1')
    expect(samples.get(`mnemoscope_adaptation_success_rate_latest_ratio{${labels}}`)).toBe('1')
    expect(samples.get(`mnemoscope_overflow_checks_total{${labels},strategy="hierarchy"}`)).toBe('1')
    expect(samples.get(`mnemoscope_overflow_frequency_latest_ratio{${labels}}`)).toBe('0')
  })

  test('shows the memory of the process until a value is recorded, and that until one is observed', async () => {
    const monitor = await monitored()
    const op = monitor.for(place)
    const memory = async () =>
      Number(samplesOf(await scrape(monitor.url)).get(`mnemoscope_memory_usage_bytes{${labels}}`))
    expect(await memory()).toBeGreaterThan(1_000_000)
    op.memory_usage.record(4_096)
    expect(await memory()).toBe(4_096)
    op.memory_usage.observe(() => 8_192)
    expect(await memory()).toBe(8_192)
    op.memory_usage.observe(() => {
      throw new Error('no figure')
    })
    expect(await memory()).toBeNaN()
  })

  test('records the measurements of one operation, without those that are omitted', async () => {
    const monitor = await monitored()
    const op = monitor.for(place)
    op.operation({
      f1_score: 0.9,
      token_usage: 900,
      latency: undefined,
      overflow_frequency: 'sliding_window',
    })
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_f1_score_sum{${labels}}`)).toBe('0.9')
    expect(samples.get(`mnemoscope_token_usage_sum{${labels}}`)).toBe('900')
    expect(samples.get(`mnemoscope_latency_seconds_count{${labels}}`)).toBe('0')
    expect(samples.get(`mnemoscope_overflow_checks_total{${labels},strategy="sliding_window"}`)).toBe('1')
  })

  test('is the same for the same labels, and for sizes of the same class', async () => {
    const monitor = await monitored()
    expect(monitor.for({ ...place, contextSize: 131_071 })).toBe(monitor.for(place))
    expect(monitor.for({ ...place, contextSize: 131_073 })).not.toBe(monitor.for(place))
    expect(monitor.for({ model: 'gpt-4o', contextSize: 8_192 })).toBe(
      monitor.for({ model: 'gpt-4o', contextSize: 8_192, operation: 'default' }),
    )
  })
})

describe('invalid values', () => {
  test('are refused and counted by reason, and reach no metric', async () => {
    const monitor = await monitored()
    const op = monitor.for(place)
    for (const value of [Number.NaN, '0.5', null, {}, 1n, Symbol('x')]) op.f1_score.record(value as number)
    for (const value of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) op.f1_score.record(value)
    for (const value of [1.2, -0.1]) op.f1_score.record(value)
    op.token_usage.record(-1)
    op.overflow_frequency.record('hope' as 'none')
    op.memory_usage.record(-1)
    op.operation({ recall: 1 } as object)
    const samples = samplesOf(await scrape(monitor.url))
    const refused = (kpi: string, reason: string) =>
      Number(samples.get(`mnemoscope_refused_measurements_total{kpi="${kpi}",reason="${reason}"}`))
    expect(refused('f1_score', 'not_a_number')).toBe(6)
    expect(refused('f1_score', 'not_finite')).toBe(2)
    expect(refused('f1_score', 'out_of_range')).toBe(2)
    expect(refused('token_usage', 'out_of_range')).toBe(1)
    expect(refused('overflow_frequency', 'unknown_outcome')).toBe(1)
    expect(refused('memory_usage', 'out_of_range')).toBe(1)
    expect(refused('_unknown', 'unknown_kpi')).toBe(1)
    expect(samples.get(`mnemoscope_f1_score_count{${labels}}`)).toBe('0')
    expect(samples.get(`mnemoscope_f1_score_sum{${labels}}`)).toBe('0')
    expect(samples.get(`mnemoscope_token_usage_count{${labels}}`)).toBe('0')
    expect(samples.has(`mnemoscope_f1_score_latest_ratio{${labels}}`)).toBe(false)
  })
})

test('refused values cause one warning for each KPI and reason, with the value and what is expected', async () => {
  const monitor = await monitored({ endpoint: false })
  const op = monitor.for(place)
  for (let i = 0; i < 3; i++) {
    op.f1_score.record(1.2)
    op.f1_score.record(Number.NaN)
    op.latency.record('slow' as never)
    op.overflow_frequency.record('zip' as 'none')
    op.operation({ recall: 1, precision: 1 } as object)
  }
  expect(warnings.map(({ code }) => code)).toEqual(Array(5).fill('MEASUREMENT_REFUSED'))
  expect(warnings.map(({ message }) => message)).toEqual([
    'A measurement of f1_score was refused: out_of_range (1.2). Give a number up to 1 in its unit (1).',
    'A measurement of f1_score was refused: not_a_number (NaN). Give a number up to 1 in its unit (1).',
    'A measurement of latency was refused: not_a_number (a string). Give a number from 0 in its unit (s).',
    'A measurement of overflow_frequency was refused: unknown_outcome (a string). Give one of its outcomes: ' +
      'hierarchy, sliding_window, none.',
    'A measurement of "recall" was refused: unknown_kpi. Use the id of a built-in KPI, or declare the KPI in the ' +
      'configuration and pass it to startMonitoring.',
  ])
})

test('values worse than the range, and fractions of integers, are counted: sums equal those by hand', async () => {
  const monitor = await monitored()
  const op = monitor.for(place)
  const breaches: number[] = []
  monitor.onBreach('critical', ({ value }) => void breaches.push(value))
  for (const value of [0.5, 1.25, 4]) op.context_utilization.record(value)
  for (const value of [100_000, 0.5]) op.latency.record(value)
  for (const value of [12.5, 0.4, 2_000_000_000]) op.token_usage.record(value)
  op.memory_usage.observe(() => 2 ** 51 + 0.5)
  await new Promise((resolve) => setImmediate(resolve))
  const samples = samplesOf(await scrape(monitor.url))
  const figures = (name: string) => ['count', 'sum'].map((each) => samples.get(`${name}_${each}{${labels}}`))
  expect(figures('mnemoscope_context_utilization')).toEqual(['3', '5.75'])
  expect(samples.get(`mnemoscope_context_utilization_bucket{${labels},le="1"}`)).toBe('1')
  expect(figures('mnemoscope_latency_seconds')).toEqual(['2', '100000.5'])
  expect(figures('mnemoscope_token_usage')).toEqual(['3', '2000000013'])
  expect(samples.get(`mnemoscope_memory_usage_bytes{${labels}}`)).toBe(String(2 ** 51 + 1))
  expect(breaches).toEqual([100_000, 2_000_000_000])
  expect(warnings).toEqual([])
})

describe('invalid labels', () => {
  test('are corrected and counted, with one warning', async () => {
    const monitor = await monitored()
    for (const model of [undefined, 7, '', 'a\nb"c\\', 'x'.repeat(4_000), '\ud800']) {
      monitor.for({ model: model as string, contextSize: 4_096 })
    }
    for (const contextSize of [Number.NaN, -1, 0, '8192' as unknown as number]) {
      monitor.for({ model: 'm', contextSize })
    }
    monitor.for(undefined as never)
    const samples = samplesOf(await scrape(monitor.url))
    const models = [...samples.keys()].flatMap(
      (name) => /^mnemoscope_f1_score_count\{model="(.*?)",c/.exec(name)?.[1] ?? [],
    )
    expect(models.sort()).toEqual(
      ['_unknown', '_unknown', 'a_b\\"c\\\\', 'm', 'x'.repeat(128), '\ufffd'].sort(),
    )
    expect(samples.get('mnemoscope_repaired_labels_total{label="model"}')).toBe('7')
    expect(samples.get('mnemoscope_repaired_labels_total{label="context_size"}')).toBe('5')
    expect(warnings.map(({ code }) => code)).toEqual(['LABEL_REPAIRED'])
  })
})

describe('time', () => {
  test('records how long a function took, whether it returns, resolves, throws or rejects', async () => {
    let now = 0
    const monitor = await monitored({ clock: () => (now += 500) })
    const op = monitor.for(place)
    expect(op.time(() => 'value')).toBe('value')
    await expect(op.time(async () => 'later')).resolves.toBe('later')
    expect(() =>
      op.time(() => {
        throw new Error('sync')
      }),
    ).toThrow('sync')
    await expect(op.time(() => Promise.reject(new Error('async')))).rejects.toThrow('async')
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_latency_seconds_count{${labels}}`)).toBe('4')
    expect(samples.get(`mnemoscope_latency_seconds_sum{${labels}}`)).toBe('2')
  })

  test('still runs the function when the clock throws', async () => {
    const monitor = await monitored({
      clock: () => {
        throw new Error('no clock')
      },
    })
    const op = monitor.for(place)
    expect(op.time(() => 7)).toBe(7)
    expect(samplesOf(await scrape(monitor.url)).get(`mnemoscope_latency_seconds_count{${labels}}`)).toBe('0')
  })
})

test('clocks that throw affect neither the service nor its scrapes', async () => {
  const fail = () => {
    throw new Error('no clock')
  }
  const monitor = await monitored({ clock: fail, now: fail })
  monitor.onBreach('warning', () => {})
  monitor.for(place).latency.record(100)
  expect(samplesOf(await scrape(monitor.url)).get(`mnemoscope_latency_seconds_count{${labels}}`)).toBe('1')
  expect((await monitor.metricProducer().collect()).errors).toEqual([])
})

describe('startMonitoring', () => {
  test('names the service in target_info, and serves only the metrics', async () => {
    const monitor = await monitored({ resource: { 'deployment.environment.name': 'test' } })
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get('target_info{deployment_environment_name="test",service_name="memory-api"}')).toBe('1')
    expect((await fetch(new URL('/', monitor.url))).status).toBe(404)
    expect((await fetch(monitor.url ?? '', { method: 'POST' })).status).toBe(405)
    expect((await fetch(monitor.url ?? '', { method: 'HEAD' })).status).toBe(200)
  })

  test('stops once after several calls, and closes the port', async () => {
    const monitor = await monitored()
    await Promise.all([monitor.stop(), monitor.stop()])
    await monitor.stop()
    await expect(fetch(monitor.url ?? '')).rejects.toThrow()
    monitor.for(place).latency.record(1)
  })

  test('opens no port if the endpoint is off', async () => {
    const monitor = await monitored({ endpoint: false })
    expect(monitor.url).toBeUndefined()
  })
})
