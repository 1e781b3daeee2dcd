import { describe, expect, test } from '@jest/globals'
import {
  bucketEdge,
  defineConfig,
  judgeMean,
  judgeShare,
  type Kpi,
  type MeanMemory,
  meanSettings,
  names,
  rememberMean,
  rememberShare,
  type ShareMemory,
  shareSettings,
} from '@mnemoscope/kpi'
import { seriesValues } from '../../src/rule-tests/rule-test.js'
import { type Expectation, type Rules, rulesOf, ruleTest } from '../promtool.js'

// What a mean may be is recorded where a threshold is reached: with these that is so wherever there is a value.
const config = defineConfig({
  kpis: {
    f1_score: { thresholds: { warning: 1 } },
    adaptation_success_rate: { thresholds: { warning: 1 } },
    token_usage: { hysteresis: 0.1, operations: 30, expiry: '20m', thresholds: { warning: 1 } },
  },
})
const rules = rulesOf(config)
const { f1_score, latency, token_usage, adaptation_success_rate } = config.kpis
const labels = 'job="memory", instance="m:1", model="m", context_size="8192", operation="search"'

/** Values of the operations before each scrape, one scrape each 15 s: heavy, thin and no traffic, good and bad. */
function traffic(scrapes: number, good: number, bad: number, seed = 7): number[][] {
  let state = seed
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
  return Array.from({ length: scrapes }, (_, i) => {
    const phase = i / scrapes
    const rate = phase < 0.3 ? 2.4 : phase < 0.5 ? 0.3 : phase < 0.6 ? 12 : phase < 0.9 ? 0.02 : 1
    const mean = phase > 0.2 && phase < 0.4 ? bad : good
    // The first scrape shows a counter that is older than the rules.
    const count = i < 4 ? 0 : Math.floor(rate + random())
    return Array.from({ length: count }, () => Math.round(mean * (0.8 + 0.4 * random()) * 1_000) / 1_000)
  })
}

const sums = (scrapes: number[][], of: (value: number) => number) => {
  let total = 0
  return seriesValues(scrapes.map((values) => (total += values.reduce((sum, value) => sum + of(value), 0))))
}

/** What each evaluation sees for the first time. @param every scrapes from one evaluation to the next */
function* evaluations(scrapes: number[][], of: (value: number) => number, every = 2) {
  for (let i = every; i < scrapes.length; i += every) {
    const values = scrapes.slice(i - every + 1, i + 1).flat()
    yield { at: i * 15, count: values.length, sum: values.reduce((sum, value) => sum + of(value), 0) }
  }
}

const isNear = (name: string, value: number, at: string) => {
  const tolerance = Math.max(Math.abs(value) * 1e-7, 1e-9).toPrecision(1)
  return `absent(abs(${name}{${at}model="m"} - ${value}) <= ${tolerance})`
}

/** Some evaluations: at most fifty, which is a few of each phase. */
const some = (expectations: Expectation[]) =>
  expectations.filter((_, i) => i % Math.ceil(expectations.length / 50) === 0)

/** The rules, evaluated so rarely that a series by itself is unknown at the next evaluation. */
const rare: Rules = new Map(
  [...rules].map(([file, groups]) => [file, groups.map((group) => ({ ...group, interval: '7m' }))]),
)

/** After an outage of the evaluator rules must know what the steps know. */
export function rulesRememberAnOutage(): void {
  test('seven minutes without an evaluation lose nothing of what rules remember', async () => {
    const scrapes = traffic(280, 0.8, 0.4)
    const metric = names.metricName(f1_score)
    const series = {
      [`${metric}_count{${labels}}`]: sums(scrapes, () => 1),
      [`${metric}_sum{${labels}}`]: sums(scrapes, (value) => value),
    }
    const settings = meanSettings(f1_score)
    let memory: MeanMemory | undefined
    const expectations: Expectation[] = []
    for (const { at, ...added } of evaluations(scrapes, (value) => value, 28)) {
      memory = rememberMean(memory, added, at, settings)
      if (memory === undefined) continue
      const { high, low } = judgeMean(memory, settings)
      const conditions = [
        isNear(names.judgeSeries.operations(f1_score), memory.operations, ''),
        isNear(names.judgeSeries.high(f1_score), high, ''),
        isNear(names.judgeSeries.low(f1_score), low, ''),
      ]
      expectations.push({ at: `${at}s`, values: Object.fromEntries(conditions.map((each) => [each, []])) })
    }
    expect(expectations.length).toBeGreaterThan(8)
    expect(await ruleTest(rare, series, expectations, { evaluation: '7m' })).toBe('')
  })
}

/** Rules and steps must agree over so many scrapes. */
export function rulesKnowWhatStepsKnow(count: number): void {
  describe('rules know what the steps know', () => {
    test.each<[string, Kpi, good: number, bad: number]>([
      ['a mean where higher is better', f1_score, 0.8, 0.4],
      ['a mean where lower is better, with settings of its own', token_usage, 10_000, 30_000],
      ['a ratio', adaptation_success_rate, 1, 0.5],
    ])('of %s', async (_, kpi, good, bad) => {
      const scrapes = traffic(count, good, bad)
      // Of a ratio an operation is worth 1 or 0.
      const worth =
        kpi.outcomes === undefined ? (value: number) => value : (value: number) => (value > 0.9 ? 1 : 0)
      const metric = names.metricName(kpi)
      const series: Record<string, string> =
        kpi.outcomes === undefined
          ? {
              [`${metric}_count{${labels}}`]: sums(scrapes, () => 1),
              [`${metric}_sum{${labels}}`]: sums(scrapes, worth),
            }
          : {
              [`${metric}{${labels}, outcome="success"}`]: sums(scrapes, worth),
              [`${metric}{${labels}, outcome="failure"}`]: sums(scrapes, (value) => 1 - worth(value)),
            }
      const settings = meanSettings(kpi)
      let memory: MeanMemory | undefined
      const expectations: Expectation[] = []
      for (const { at, ...added } of evaluations(scrapes, worth)) {
        memory = rememberMean(memory, added, at, settings)
        const { current } = names.recordedSeries
        const { high, low } = names.judgeSeries
        const judged = memory && judgeMean(memory, settings)
        const conditions = judged
          ? [
              isNear(current(kpi), judged.value, ''),
              isNear(high(kpi), judged.high, ''),
              isNear(low(kpi), judged.low, ''),
            ]
          : [current(kpi), high(kpi), low(kpi)]
        expectations.push({ at: `${at}s`, values: Object.fromEntries(conditions.map((each) => [each, []])) })
      }
      expect(await ruleTest(rules, series, some(expectations))).toBe('')
    })

    test('of a quantile: the share of operations at or beyond each threshold', async () => {
      const scrapes = traffic(count, 3, 9)
      const metric = names.metricName(latency)
      const upTo = (edge: number) => sums(scrapes, (value) => (value <= edge ? 1 : 0))
      const edges = Object.values(latency.thresholds).map((threshold) =>
        bucketEdge(latency.direction, threshold),
      )
      const series = {
        [`${metric}_count{${labels}}`]: sums(scrapes, () => 1),
        ...Object.fromEntries(edges.map((edge) => [`${metric}_bucket{${labels}, le="${edge}"}`, upTo(edge)])),
      }
      const settings = shareSettings(latency)
      const expectations = new Map<number, Record<string, []>>()
      for (const [severity, threshold] of Object.entries(latency.thresholds)) {
        let memory: ShareMemory | undefined
        for (const { at, ...added } of evaluations(scrapes, (value) => (value >= threshold ? 1 : 0))) {
          memory = rememberShare(memory, added, at, settings)
          if (memory === undefined) continue
          const judged = judgeShare(memory, settings)
          const ofLevel = `severity="${severity}", `
          const { high, low } = names.judgeSeries
          // Where none are remembered both are 0, which rules do not record.
          const conditions =
            judged.high === 0
              ? [`${high(latency)}{${ofLevel}model="m"}`, `${low(latency)}{${ofLevel}model="m"}`]
              : [isNear(high(latency), judged.high, ofLevel), isNear(low(latency), judged.low, ofLevel)]
          expectations.set(at, {
            ...expectations.get(at),
            ...Object.fromEntries(conditions.map((each): [string, []] => [each, []])),
          })
        }
      }
      const all = [...expectations].map(([at, values]): Expectation => ({ at: `${at}s`, values }))
      expect(all.length).toBeGreaterThan(count / 3.2)
      expect(await ruleTest(rules, series, some(all))).toBe('')
    })
  })
}
