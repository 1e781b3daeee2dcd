import { describe, expect, test } from '@jest/globals'
import { bucketEdge, defineConfig, type Kpi } from '@mnemoscope/kpi'
import { scrape } from '../exposition-samples.js'
import { monitors } from '../monitored.js'
import { betas, type Distribution, latencies, quantileOf } from './distributions.js'
import { bucketsBetween } from './quantile.js'
import { bucketsByOperation, near, type Reading, reading, worst } from './readings.js'

const { start } = monitors()
const config = defineConfig()
const { kpis } = config

/** Readings of a distribution that is scaled to each of many p95 between two values. */
function readings(
  distributions: Readonly<Record<string, Distribution>>,
  { boundaries }: Kpi,
  from = boundaries[0] as number,
  to = boundaries.at(-1) as number,
): Reading[] {
  const positions = Math.ceil(Math.log(to / from) / Math.log(1.01))
  return Object.entries(distributions).flatMap(([name, distribution]) => {
    const p95 = quantileOf(distribution, 0.95)
    return Array.from({ length: positions + 1 }, (_, i) => {
      const exact = from * (to / from) ** (i / positions)
      const scaled = (value: number) => distribution((value / exact) * p95)
      return reading(name, exact, bucketsBetween(boundaries, scaled))
    })
  })
}

describe('a p95 that Prometheus reads from the buckets', () => {
  test.each([
    ['latency', kpis.latency],
    ['token_usage', kpis.token_usage],
    ['latency with fast thresholds', withLatency({ warning: 0.25, error: 0.7, critical: 3 })],
    ['latency with slow thresholds', withLatency({ warning: 60, error: 120, critical: 180 })],
  ])(
    'of %s errs by at most 5 %% within a factor of four of the thresholds, and by 15 %% elsewhere',
    (_, kpi) => {
      const all = readings(latencies, kpi)
      expect(near(kpi, all).length).toBeGreaterThan(1_000)
      expect(worst(near(kpi, all)).error).toBeLessThanOrEqual(0.05)
      expect(worst(all).error).toBeLessThanOrEqual(0.15)
    },
  )

  test('of f1_score errs by at most 5 %', () => {
    const all = Object.entries(betas).map(([name, distribution]) =>
      reading(name, quantileOf(distribution, 0.95), bucketsBetween(kpis.f1_score.boundaries, distribution)),
    )
    expect(worst(all).error).toBeLessThanOrEqual(0.05)
  })

  test('of context_utilization errs by at most 15 %, above 1 too', () => {
    expect(worst(readings(latencies, kpis.context_utilization)).error).toBeLessThanOrEqual(0.15)
  })
})

function withLatency(thresholds: Kpi['thresholds']): Kpi {
  return defineConfig({ kpis: { latency: { thresholds } } }).kpis.latency
}

test('the histograms of a place have 82 series: a boundary more somewhere is one less elsewhere', () => {
  const histograms = Object.values(kpis).filter(({ instrument }) => instrument === 'histogram')
  // Beside the boundaries: the bucket +Inf, sum and count.
  expect(histograms.reduce((all, { boundaries }) => all + boundaries.length + 3, 0)).toBe(82)
})

test('an operation of exactly the threshold is beyond it, and one just better is not', async () => {
  const monitor = await start()
  const { latency, f1_score } = monitor.for({ model: 'm', contextSize: 1, operation: '0' })
  for (const level of [5, 10, 20]) latency.record(level)
  latency.record(19.99999999)
  f1_score.record(0.7)
  f1_score.record(0.70000001)
  const text = await scrape(monitor.url)
  const better = (kpi: Kpi, edge: number) =>
    bucketsByOperation(text, kpi)
      .get('0')
      ?.find(([boundary]) => boundary === edge)?.[1]
  const beyond = [5, 10, 20].map(
    (level) => 4 - (better(kpis.latency, bucketEdge('lower_is_better', level)) ?? Number.NaN),
  )
  expect(beyond).toEqual([4, 3, 1])
  expect(better(kpis.f1_score, bucketEdge('higher_is_better', 0.7))).toBe(1)
})
