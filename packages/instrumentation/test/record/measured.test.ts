import { describe, expect, test } from '@jest/globals'
import { asBenchmark } from '../../src/index.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()

describe('a measured function', () => {
  test('keeps its behaviour, and its calls are measured', async () => {
    const monitor = await start()
    const service = {
      prefix: 'found ',
      search: monitor.measured(
        async function (this: { prefix: string } | undefined, _model: string, question: string) {
          return [`${this?.prefix}${question}`]
        },
        {
          labels: (model) => ({ model, contextSize: 8_192, operation: 'search' }),
          values: (found, _, question) => ({ f1_score: found.length, token_usage: question.length }),
        },
      ),
    }
    await expect(service.search('m', 'me')).resolves.toEqual(['found me'])
    const labels = 'model="m",context_size="8192",operation="search"'
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_latency_seconds_count{${labels}}`)).toBe('1')
    expect(samples.get(`mnemoscope_f1_score_sum{${labels}}`)).toBe('1')
    expect(samples.get(`mnemoscope_token_usage_sum{${labels}}`)).toBe('2')
  })

  test('separates the calls of probes and benchmarks, with fixed and with own labels', async () => {
    const monitor = await start()
    const labels = { model: 'm', contextSize: 8_192, operation: 'search' }
    const fixed = monitor.measured(async () => [], { labels })
    const own = monitor.measured(async (_: string) => [], { labels: () => labels })
    const unnamed = monitor.measured(async () => [], { labels: { model: 'm', contextSize: 8_192 } })
    await fixed()
    await asBenchmark(async () => [await fixed(), await own('a'), await unnamed()])
    const samples = samplesOf(await scrape(monitor.url))
    const count = (operation: string) =>
      samples.get(`mnemoscope_latency_seconds_count{model="m",context_size="8192",operation="${operation}"}`)
    expect(['search', 'benchmark_search', 'default', 'benchmark_default'].map(count)).toEqual([
      '1',
      '2',
      '0',
      '1',
    ])
  })

  test('keeps its errors: latency is recorded, other values are not', async () => {
    const monitor = await start()
    const labels = { model: 'm', contextSize: 8_192 }
    const values = () => ({ f1_score: 1 })
    const rejecting = monitor.measured(() => Promise.reject(new Error('rejected')), { labels, values })
    const throwing = monitor.measured(
      (): string => {
        throw new Error('thrown')
      },
      { labels, values },
    )
    await expect(rejecting()).rejects.toThrow('rejected')
    expect(throwing).toThrow('thrown')
    const samples = samplesOf(await scrape(monitor.url))
    expect(
      samples.get('mnemoscope_latency_seconds_count{model="m",context_size="8192",operation="default"}'),
    ).toBe('2')
    expect(samples.get('mnemoscope_f1_score_count{model="m",context_size="8192",operation="default"}')).toBe(
      '0',
    )
  })

  test('is one operation: its latency carries the metadata too', async () => {
    let time = 0
    const monitor = await start({ endpoint: false, clock: () => time })
    const received: unknown[] = []
    monitor.onMeasurement(({ kpi, value, metadata }) => void received.push([kpi, value, metadata]))
    const search = monitor.measured(
      async (question: string) => {
        time += 500
        return `found ${question}`
      },
      {
        labels: { model: 'm', contextSize: 8_192 },
        values: () => ({ token_usage: 7 }),
        metadata: (found) => ({ found }),
      },
    )
    await search('me')
    expect(received).toEqual([
      ['token_usage', 7, { found: 'found me' }],
      ['latency', 0.5, { found: 'found me' }],
    ])
  })

  test('records its latency if a hook fails', async () => {
    const monitor = await start({ endpoint: false })
    const received: string[] = []
    monitor.onMeasurement(({ kpi }) => void received.push(kpi))
    const fail = () => {
      throw new Error('hook')
    }
    const labels = { model: 'm', contextSize: 8_192 }
    monitor.measured(() => 8, { labels, values: fail, metadata: fail })()
    expect(received).toEqual(['latency'])
  })

  test('keeps its result if hooks throw', async () => {
    const monitor = await start({ endpoint: false })
    const fail = () => {
      throw new Error('hook')
    }
    const labels = { model: 'm', contextSize: 8_192 }
    expect(monitor.measured(() => 7, { labels: fail })()).toBe(7)
    expect(monitor.measured(() => 8, { labels, values: fail })()).toBe(8)
    const failing = Object.defineProperty({}, 'f1_score', { get: fail, enumerable: true })
    expect(monitor.measured(() => 10, { labels, values: () => failing })()).toBe(10)
    await expect(
      monitor.measured(async () => 9, { labels, metadata: fail, values: () => ({}) })(),
    ).resolves.toBe(9)
    expect(warnings.map(({ code }) => code)).toEqual(['HOOK_FAILED'])
  })
})

const labels = { model: 'm', contextSize: 8_192 }
const ofLabels = '{model="m",context_size="8192",operation="default"}'

test('a generator, which has not run yet, is returned without a latency', async () => {
  const monitor = await start()
  const handle = monitor.for(labels)
  function* plain() {
    yield 1
  }
  async function* asynchronous() {
    yield 2
  }
  expect([...handle.time(plain)]).toEqual([1])
  const measured = monitor.measured(asynchronous, { labels, values: () => ({ token_usage: 3 }) })
  expect((await measured().next()).value).toBe(2)
  expect(handle.time(() => [3])).toEqual([3])
  const samples = samplesOf(await scrape(monitor.url))
  expect(samples.get(`mnemoscope_latency_seconds_count${ofLabels}`)).toBe('1')
  expect(samples.get(`mnemoscope_token_usage_count${ofLabels}`)).toBe('1')
})
