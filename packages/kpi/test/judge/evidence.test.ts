import { expect, test } from '@jest/globals'
import {
  defineConfig,
  effectiveOperations,
  evidenceAt,
  evidenceQuery,
  isInBreach,
  judgeMean,
  judgeShare,
  type MeanMemory,
  meanSettings,
  names,
  type RecordedSample,
  rememberMean,
  rememberShare,
  type ShareMemory,
  shareSettings,
  tuning,
} from '@mnemoscope/kpi'
import fc from 'fast-check'

const { kpis } = defineConfig({ kpis: { memory_usage: { thresholds: { warning: 1e9 } } } })
const { f1_score: f1, latency } = kpis
const labels = { job: 'memory', model: 'a.b', context_size: '8192', operation: 'search' }
const { judgeSeries, recordedSeries } = names

/** Samples at a place, by the series that they are of. */
function recorded(
  series: Readonly<Record<string, number>>,
  others: Record<string, string> = {},
): RecordedSample[] {
  return Object.entries(series).map(([name, value]) => ({
    labels: { __name__: name, ...labels, ...others },
    value,
  }))
}

const quiet = { severity: 'critical', threshold: null } as const
const ofMean = (what: names.MeanMemory) => judgeSeries.memory(f1, what)
const ofShare = (what: names.ShareMemory) => judgeSeries.memory(latency, what)

test('asks for the judge’s series of these places only', () => {
  const query = evidenceQuery(f1, [labels, { ...labels, model: 'c' }])
  expect(query).toContain(`${judgeSeries.low(f1)}|${judgeSeries.high(f1)}|`)
  expect(query).toContain('job=~"memory", model=~"a\\\\.b|c", context_size=~"8192", operation=~"search"}')
})

/** Means, standard errors and weights of the lanes of F1, with what the judge makes of them beside a threshold of 0.7. */
test.each([
  ['all of them', { fast: 0.5, middle: 0.5, slow: 0.6 }, 'slow', 160],
  ['middle and fast lane', { fast: 0.5, middle: 0.6, slow: 0.8 }, 'middle', 20],
  ['the newest operations alone', { fast: 0.5, middle: 0.75, slow: 0.8 }, 'fast', 6],
  ['none: the newest operations are better', { fast: 0.75, middle: 0.5, slow: 0.5 }, null, 20],
  ['none: too little is known', { fast: 0.65, middle: 0.69, slow: 0.8 }, null, 20],
] as const)('of a mean, a breach is proven by %s', (_, { fast, middle, slow }, lane, operations) => {
  const samples = recorded({
    [ofMean('mean_fast')]: fast,
    [recordedSeries.current(f1)]: middle,
    [ofMean('mean_slow')]: slow,
    [ofMean('error_fast')]: 0.03,
    [ofMean('error_middle')]: 0.02,
    [ofMean('weight_fast')]: 6,
    [ofMean('weight_middle')]: 20,
    [ofMean('weight_slow')]: 160,
    [judgeSeries.low(f1)]: 0.5,
    [judgeSeries.high(f1)]: 0.68,
    [judgeSeries.lastOperation(f1)]: 88,
  })
  const evidence = {
    of: 'value',
    value: middle,
    least: 0.5,
    most: 0.68,
    allowed: null,
    lane,
    operations,
    last_operation: 88,
  }
  expect(evidenceAt(f1, labels, samples, { severity: 'critical', threshold: 0.7 })).toEqual(evidence)
  // Where no alert is active there is nothing to prove.
  expect(evidenceAt(f1, labels, samples, quiet)).toMatchObject({ lane: null, operations: 20 })
  expect(evidenceAt(f1, { ...labels, model: 'other' }, samples, quiet)).toBeNull()
})

test('of a quantile it is the share of operations at or beyond the threshold of the alert', () => {
  const samples = [
    ...recorded({ [ofShare('weight_fast')]: 27, [judgeSeries.lastOperation(latency)]: 88 }),
    ...recorded(
      { [judgeSeries.low(latency)]: 0.09, [judgeSeries.high(latency)]: 0.2, [ofShare('least_fast')]: 0.09 },
      { severity: 'warning' },
    ),
    ...recorded({ [judgeSeries.low(latency)]: 0 }, { severity: 'critical' }),
  ]
  expect(evidenceAt(latency, labels, samples, { severity: 'warning', threshold: 5 })).toEqual({
    ...{
      of: 'share',
      value: null,
      least: 0.09,
      most: 0.2,
      allowed: 0.05,
      lane: 'fast',
      operations: 27,
      last_operation: 88,
    },
  })
  expect(evidenceAt(latency, labels, samples, { severity: 'critical', threshold: 20 })).toMatchObject({
    ...{ least: 0, most: null, lane: null },
  })
})

test('no share of operations is below 0 or above 1, wherever the margins of the judge lead', () => {
  const samples = recorded(
    { [judgeSeries.low(latency)]: -0.02, [judgeSeries.high(latency)]: 1.2 },
    { severity: 'error' },
  )
  expect(evidenceAt(latency, labels, samples, { severity: 'error', threshold: 10 })).toMatchObject({
    ...{ least: 0, most: 1 },
  })
})

test('a gauge is certain', () => {
  expect(evidenceAt(kpis.memory_usage, labels, recorded({ a: 1 }), quiet)).toBeNull()
})

const evaluations = (value: fc.Arbitrary<number>) =>
  fc.array(fc.array(value, { minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 40 })

test('a lane proves a breach of a mean exactly where the judge says that one begins', () => {
  const value = fc.double({ min: 0.4, max: 1, noNaN: true })
  const directions = fc.constantFrom('higher_is_better' as const, 'lower_is_better' as const)
  fc.assert(
    fc.property(
      directions,
      fc.double({ min: 0.5, max: 0.9, noNaN: true }),
      evaluations(value),
      (direction, threshold, all) => {
        const kpi = { ...f1, direction }
        const settings = meanSettings(kpi)
        let memory: MeanMemory | undefined
        for (const [i, values] of all.entries()) {
          const sum = values.reduce((total, each) => total + each, 0)
          memory = rememberMean(memory, { count: values.length, sum }, 30 * i, settings)
          const { lanes, operations } = memory as MeanMemory
          const known = judgeMean(memory as MeanMemory, settings)
          const [fast, middle, slow] = lanes.map(({ weight, sum }, lane) => ({
            mean: sum / weight,
            error:
              known.deviation / Math.sqrt(effectiveOperations(weight, settings.operations[lane] as number)),
          })) as [Lane, Lane, Lane]
          const { coldBy, coldOperations } = tuning.mean
          const samples = recorded({
            [ofMean('mean_fast')]: fast.mean,
            [recordedSeries.current(f1)]: middle.mean,
            [ofMean('mean_slow')]: slow.mean,
            [ofMean('error_fast')]: fast.error,
            [ofMean('error_middle')]: middle.error,
            ...(operations < coldOperations
              ? { [ofMean('cold')]: coldBy * (1 - operations / coldOperations) * slow.error }
              : {}),
          })
          const lane = evidenceAt(kpi, labels, samples, { severity: 'critical', threshold })?.lane
          expect(lane !== null).toBe(isInBreach(known, threshold, direction, false))
        }
      },
    ),
    { numRuns: 25 },
  )
})

interface Lane {
  readonly mean: number
  readonly error: number
}

test('and of a quantile', () => {
  const settings = shareSettings(latency)
  fc.assert(
    fc.property(evaluations(fc.boolean().map(Number)), (all) => {
      let memory: ShareMemory | undefined
      for (const [i, values] of all.entries()) {
        const sum = i % 3 === 0 ? values.reduce((total, each) => total + each, 0) : 0
        memory = rememberShare(memory, { count: values.length, sum }, 30 * i, settings)
        const { lanes } = memory as ShareMemory
        const variance = settings.allowed * (1 - settings.allowed)
        const { provenBy, skew } = tuning.share
        const least = (lane: 0 | 1, by: number) => {
          const { weight, beyond } = lanes[lane]
          const size = effectiveOperations(weight, settings.operations[lane])
          return beyond / weight - by * Math.sqrt(variance / size) - by ** 2 / (skew * size)
        }
        const [, middle, slow] = lanes
        const samples = recorded(
          {
            [ofShare('share_middle')]: middle.beyond / middle.weight,
            [ofShare('share_slow')]: slow.beyond / slow.weight,
            [ofShare('beyond_middle')]: middle.beyond,
            [ofShare('least_fast')]: least(0, provenBy.fast),
            [ofShare('least_middle')]: least(1, provenBy.middle),
          },
          { severity: 'critical' },
        )
        const lane = evidenceAt(latency, labels, samples, { severity: 'critical', threshold: 20 })?.lane
        const known = judgeShare(memory as ShareMemory, settings)
        expect(lane !== null).toBe(isInBreach(known, settings.allowed, 'lower_is_better', false))
      }
    }),
    { numRuns: 25 },
  )
})
