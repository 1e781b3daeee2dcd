import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { exposed } from '../../src/rule-tests/traffic.js'
import { ruleTest } from '../promtool.js'

const config = defineConfig()
const files = generate(config)
const { f1_score, latency, memory_usage, adaptation_success_rate } = config.kpis
const labels = { job: 'memory', instance: 'm:1', model: 'm', context_size: '8192', operation: 'search' }
const place = '{job="memory", model="m", context_size="8192", operation="search"}'
const named = (name: string) => `${name}${place}`

describe('the current value', () => {
  test('is that of the short window under heavy traffic, over instances, each operation by itself', async () => {
    const series = {
      ...exposed(f1_score, labels, [{ scrapes: 80, operations: 3, measured: 0.5 }]),
      ...exposed(f1_score, { ...labels, instance: 'm:2' }, [{ scrapes: 80, operations: 9, measured: 0.75 }]),
      ...exposed(f1_score, { ...labels, operation: 'update' }, [
        { scrapes: 80, operations: 9, measured: 0.25 },
      ]),
    }
    const current = names.recordedSeries.current(f1_score)
    const updates = `${current}${place.replace('search', 'update')}`
    const values = {
      [current]: [[named(current), 0.6875] as const, [updates, 0.25] as const],
    }
    expect(await ruleTest(files, series, [{ at: '15m', values }])).toBe('')
  })

  test('is that of the sparse window under sparse traffic', async () => {
    const series = exposed(f1_score, labels, [{ scrapes: 8 }, { scrapes: 160, every: 20, measured: 0.75 }])
    const { current, samples } = names.recordedSeries
    const values = {
      [current(f1_score)]: [[named(current(f1_score)), 0.75] as const],
      [samples(f1_score)]: [[named(samples(f1_score)), 6] as const],
    }
    expect(await ruleTest(files, series, [{ at: '35m', values }])).toBe('')
  })

  test('is absent, never NaN, where there is no traffic or none any more', async () => {
    const series = {
      ...exposed(f1_score, labels, [{ scrapes: 370 }]),
      ...exposed(latency, { ...labels, model: 'stopped' }, [
        { scrapes: 40, operations: 10, measured: 1 },
        { scrapes: 330 },
      ]),
      ...exposed(adaptation_success_rate, labels, [{ scrapes: 370 }]),
    }
    const result = await ruleTest(files, series, [
      {
        at: '90m',
        values: {
          '{__name__=~"job_model_context_size_operation:mnemoscope_.+:(current|samples|mean|p50|max|mean_.+|ratio_.+|p95_.+)"}':
            [],
        },
      },
    ])
    expect(result).toBe('')
  })

  test('of a quantile lies in the bucket of the slow operations, with p50 and p99 beside it', async () => {
    const series = exposed(latency, labels, [{ scrapes: 80, operations: 10, measured: 0.4 }])
    const { quantile, current, samples } = names.recordedSeries
    const result = await ruleTest(files, series, [
      {
        at: '15m',
        values: {
          [current(latency)]: [[named(current(latency)), 0.489715]],
          [quantile(latency, 'p50')]: [[named(quantile(latency, 'p50')), 0.40705]],
          [quantile(latency, 'p99')]: [[named(quantile(latency, 'p99')), 0.3152 + (0.4989 - 0.3152) * 0.99]],
          [samples(latency)]: [[named(samples(latency)), 200]],
        },
      },
    ])
    expect(result).toBe('')
  })

  test('has the mean and the upper end of its window beside it, whatever statistic is judged', async () => {
    const series = {
      ...exposed(latency, labels, [{ scrapes: 80, operations: 9, measured: 0.4 }]),
      ...exposed(latency, { ...labels, instance: 'm:2' }, [{ scrapes: 80, operations: 1, measured: 1.4 }]),
      ...exposed(latency, { ...labels, model: 'stuck' }, [{ scrapes: 80, operations: 10, measured: 500 }]),
      ...exposed(f1_score, labels, [{ scrapes: 80, operations: 10, measured: 1 }]),
      ...exposed(memory_usage, labels, [{ scrapes: 80, measured: 1_000 }]),
      ...exposed(memory_usage, { ...labels, instance: 'm:2' }, [{ scrapes: 80, measured: 3_000 }]),
    }
    const { mean, max } = names.recordedSeries
    const stuck = '{job="memory", model="stuck", context_size="8192", operation="search"}'
    const result = await ruleTest(files, series, [
      {
        at: '17m',
        values: {
          [mean(latency)]: [
            [named(mean(latency)), 0.5],
            [`${mean(latency)}${stuck}`, 500],
          ],
          // Nothing is known of how far beyond the last boundary the stuck ones are.
          [max(latency)]: [[named(max(latency)), 1.649]],
          [mean(f1_score)]: [[named(mean(f1_score)), 1]],
          [max(f1_score)]: [[named(max(f1_score)), 1]],
          [mean(memory_usage)]: [[named(mean(memory_usage)), 2_000]],
        },
      },
    ])
    expect(result).toBe('')
  })

  test('of a gauge is the worst reading of any instance in the window', async () => {
    const series = {
      ...exposed(memory_usage, labels, [
        { scrapes: 60, measured: 1_000 },
        { scrapes: 1, measured: 4_000 },
        { scrapes: 10, measured: 1_000 },
      ]),
      ...exposed(memory_usage, { ...labels, instance: 'm:2' }, [{ scrapes: 71, measured: 2_000 }]),
    }
    const current = names.recordedSeries.current(memory_usage)
    expect(
      await ruleTest(files, series, [{ at: '17m', values: { [current]: [[named(current), 4_000]] } }]),
    ).toBe('')
  })

  test('of a ratio leaves refusals out, and is 0 where nothing ever succeeded', async () => {
    const refusals = exposed(adaptation_success_rate, labels, [
      { scrapes: 80, operations: 50, measured: 'refused' },
    ])
    const failures = exposed(adaptation_success_rate, labels, [
      { scrapes: 80, operations: 2, measured: 'failure' },
    ])
    const [, failure] = Object.entries(failures) as [[string, string], [string, string], [string, string]]
    const [, , refused] = Object.entries(refusals) as [[string, string], [string, string], [string, string]]
    const current = names.recordedSeries.current(adaptation_success_rate)
    const samples = names.recordedSeries.samples(adaptation_success_rate)
    const mean = names.recordedSeries.mean(adaptation_success_rate)
    const result = await ruleTest(files, Object.fromEntries([failure, refused]), [
      {
        at: '15m',
        values: {
          [current]: [[named(current), 0]],
          [samples]: [[named(samples), 40]],
          [mean]: [[named(mean), 0]],
        },
      },
    ])
    expect(result).toBe('')
  })
})
