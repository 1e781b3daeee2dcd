import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { defineConfig, retrievalKpis } from '@mnemoscope/kpi'
import { isProbe, type ProbeRun } from '../../src/index.js'
import { probes, restAfter } from '../../src/probe/probe.js'
import { samplesOf, scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'

const { start, warnings } = monitors()
afterEach(() => {
  jest.useRealTimers()
})
const labels = { model: 'gpt-4o', contextSize: 131_072 }
const series = 'model="gpt-4o",context_size="131072",operation="probe"'
const questions = [
  { question: 'first', relevant: ['a', 'b'] },
  { question: 'second', relevant: ['c'] },
]

describe('a probe', () => {
  test('records F1 and latency of each question as operation probe, and marks its traffic', async () => {
    const monitor = await start()
    const marked: boolean[] = []
    const probe = monitor.probe({
      labels,
      every: '1h',
      share: 1,
      questions,
      retrieve: async (question) => {
        marked.push(isProbe())
        return question === 'first' ? ['a', 'x'] : ['c']
      },
    })
    const run = await probe.run()
    expect(run).toMatchObject({ answered: 2, failed: 0, mean: { precision: 0.75, recall: 0.75, f1: 0.75 } })
    expect(marked).toEqual([true, true])
    expect(isProbe()).toBe(false)
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_f1_score_sum{${series}}`)).toBe('1.5')
    expect(samples.get(`mnemoscope_latency_seconds_count{${series}}`)).toBe('2')
  })

  test('records each measure of retrieval that the configuration declares, and no other', async () => {
    const { precision_at_5: precision, hit_rate_at_5, reciprocal_rank } = retrievalKpis
    const config = defineConfig({ kpis: { precision, hit_rate_at_5, reciprocal_rank } })
    const monitor = await start({ config })
    const graded = {
      question: 'third',
      relevant: new Map([
        ['c', 2],
        ['x', 0],
      ]),
    }
    const probe = monitor.probe({
      labels,
      every: '1h',
      share: 1,
      questions: [...questions, graded],
      retrieve: () => ['a', 'a', 'c'],
    })
    expect(await probe.run()).toMatchObject({ answered: 3, mean: { precision: 0.5 } })
    const samples = samplesOf(await scrape(monitor.url))
    expect(samples.get(`mnemoscope_precision_sum{${series}}`)).toBe('1.5')
    expect(samples.get(`mnemoscope_hit_rate_at_5_sum{${series}}`)).toBe('3')
    expect(samples.get(`mnemoscope_reciprocal_rank_sum{${series}}`)).toBe('2')
    expect([...samples.keys()].filter((name) => /recall|ndcg/.test(name))).toEqual([])
    expect(samples.get(`mnemoscope_refused_measurements_total{kpi="_unknown",reason="unknown_kpi"}`)).toBe(
      '0',
    )
  })

  test('runs at its interval', async () => {
    const monitor = await start({ endpoint: false })
    const run = await new Promise<ProbeRun>((resolve) => {
      monitor.probe({
        labels,
        every: '5ms',
        share: 1,
        questions,
        retrieve: () => ['a', 'b', 'c'],
        onRun: resolve,
      })
    })
    expect(run.answered).toBe(2)
  })

  test('counts questions as failures, not as bad scores, if the system throws, rejects or hangs', async () => {
    const monitor = await start()
    const aborted: boolean[] = []
    const probe = monitor.probe({
      labels,
      every: '1h',
      share: 1,
      timeout: '20ms',
      questions: ['throws', 'rejects', 'hangs', 'answers'].map((question) => ({ question, relevant: ['a'] })),
      retrieve: (question, { signal }) => {
        if (question === 'throws') throw new Error('down')
        if (question === 'rejects') return Promise.reject(new Error('down'))
        if (question === 'answers') return ['a']
        signal.addEventListener('abort', () => aborted.push(true))
        return new Promise(() => {})
      },
    })
    expect(await probe.run()).toMatchObject({ answered: 1, failed: 3, mean: { f1: 1 } })
    expect(aborted).toEqual([true])
    expect(warnings).toHaveLength(1)
    expect(samplesOf(await scrape(monitor.url)).get(`mnemoscope_f1_score_count{${series}}`)).toBe('1')
  })

  test('asks a hung system only a few questions, and more after it has answered', async () => {
    const monitor = await start({ endpoint: false })
    const hanging: ((ids: string[]) => void)[] = []
    let asked = 0
    const probe = monitor.probe({
      labels,
      every: '1h',
      share: 1,
      timeout: '1ms',
      questions: Array.from({ length: 30 }, (_, i) => ({ question: String(i), relevant: ['a'] })),
      retrieve: () => {
        asked++
        return hanging.length < 8 ? new Promise<string[]>((resolve) => hanging.push(resolve)) : ['a']
      },
    })
    expect(await probe.run()).toMatchObject({ answered: 0, failed: 30 })
    expect(asked).toBe(8)
    for (const settle of hanging) settle([])
    expect(await probe.run()).toMatchObject({ answered: 30, failed: 0 })
  })

  test.each([
    [100, 0.5, 100],
    [100, 0.1, 900],
    [100, 1, 0],
  ])('after a question of %d ms with a share of %d pauses for %d ms', (milliseconds, share, rest) => {
    expect(restAfter(milliseconds, share)).toBeCloseTo(rest)
  })

  test('pauses after the last question of a run too, before the next run', async () => {
    jest.useFakeTimers()
    const monitor = await start({ endpoint: false })
    const asked: number[] = []
    monitor.probe({
      labels,
      every: '1s',
      jitter: 0,
      share: 0.1,
      questions: [{ question: 'q', relevant: ['a'] }],
      retrieve: async () => {
        asked.push(performance.now())
        await new Promise((resolve) => setTimeout(resolve, 1_000))
        return ['a']
      },
    })
    const from = performance.now()
    await jest.advanceTimersByTimeAsync(25_000)
    expect(asked.map((at) => at - from)).toEqual([1_000, 11_000, 21_000])
  })

  test('can wait longer than a timer of Node', async () => {
    jest.useFakeTimers()
    const day = 24 * 3_600_000
    const monitor = await start({ endpoint: false })
    let asked = 0
    const retrieve = () => {
      asked++
      return ['a']
    }
    monitor.probe({ labels, every: '30d', jitter: 0, timeout: '30d', share: 1, questions, retrieve })
    await jest.advanceTimersByTimeAsync(30 * day - 1)
    expect(asked).toBe(0)
    await jest.advanceTimersByTimeAsync(day)
    expect(asked).toBe(2)
  })

  test('asks nothing after its monitor has stopped', async () => {
    const monitor = await start({ endpoint: false })
    await monitor.stop()
    let asked = 0
    const retrieve = () => {
      asked++
      return ['a']
    }
    const probe = monitor.probe({ labels, every: '1ms', share: 1, questions, retrieve })
    expect(await probe.run()).toEqual({ answered: 0, failed: 0, mean: undefined })
    expect(asked).toBe(0)
  })

  test('is removed when it is stopped', async () => {
    const monitor = await start({ endpoint: false })
    const ofMonitor = probes(monitor.for, () => {})
    const options = { labels, every: '1h', questions, retrieve: () => [] }
    const probe = ofMonitor.start(options)
    ofMonitor.start(options)
    probe.stop()
    expect(ofMonitor.size()).toBe(1)
    ofMonitor.stop()
    expect(ofMonitor.size()).toBe(0)
  })

  test('ends during a question when it or the monitor is stopped', async () => {
    const monitor = await start({ endpoint: false })
    let asked = 0
    const options = {
      labels,
      every: '1h',
      questions,
      retrieve: () => {
        asked++
        return new Promise<string[]>(() => {})
      },
    }
    const [first, second] = [monitor.probe(options), monitor.probe(options)]
    const runs = Promise.all([first.run(), second.run()])
    await new Promise((resolve) => setImmediate(resolve))
    first.stop()
    await monitor.stop()
    expect((await runs).map(({ answered, failed }) => [answered, failed])).toEqual([
      [0, 0],
      [0, 0],
    ])
    expect(asked).toBe(2)
  })

  test('is refused without questions, or with a question without known answers', async () => {
    const monitor = await start({ endpoint: false })
    const options = { labels, every: '1h', retrieve: () => [] }
    expect(() => monitor.probe({ ...options, questions: [] })).toThrow('known relevant answers')
    expect(() => monitor.probe({ ...options, questions: [{ question: 'q', relevant: [] }] })).toThrow(
      expect.objectContaining({ code: 'USAGE', value: 'q' }),
    )
  })

  test.each([
    { share: 0 },
    { share: 1.1 },
    { share: Number.NaN },
    { jitter: -0.1 },
    { jitter: 1 },
    { jitter: Number.NaN },
  ])('is refused with %j', async (given) => {
    const monitor = await start({ endpoint: false })
    expect(() => monitor.probe({ labels, every: '1h', questions, retrieve: () => [], ...given })).toThrow(
      expect.objectContaining({ code: 'USAGE', value: Object.values(given)[0] }),
    )
  })
})
