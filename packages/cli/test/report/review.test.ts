import { expect, test } from '@jest/globals'
import { reportHtml } from '../../src/report/html.js'
import { reportOf } from '../../src/report/report.js'
import { type Advice, type Review, reviewSections, uncrossedSections } from '../../src/report/review.js'
import { at, busy, charts } from './dashboard-data.js'

const unknown = { median_seconds: null, count: 0 }
const figures = {
  ...{ episodes: 4, open: 1, useful: 2, noise: 1, precision: 2 / 3 },
  ...{ to_notice: { median_seconds: 90, count: 2 }, to_acknowledge: unknown },
  ...{ to_recover: { median_seconds: 900, count: 3 }, flaps: 1, night_pages: 2, acted_on: 2 },
}
const latency = {
  kind: 'threshold',
  ...{ alert: 'MnemoscopeLatencyCritical', level: 'critical', metric_type: 'latency' },
  ...{ service: 'memory', model: 'gpt-4o', context_size: '8192', operation: 'search', newest: 7 },
} as const
const untouched = { ...figures, useful: 0, noise: 0, precision: null, acted_on: 0 }
const day = { episodes: 2, info: 0, warning: 0, error: 0, critical: 2, night_pages: 1 }

const review: Review = {
  ...{ from: at - 3 * 86_400, to: at, time_zone: 'Europe/Berlin', total: figures },
  alerts: [
    { ...latency, ...figures },
    { ...latency, ...untouched, alert: 'MnemoscopeLatencyWarning', level: 'warning' },
  ],
  days: [
    { ...day, day: '2025-12-31' },
    { ...day, day: '2026-01-02' },
  ],
  never_crossed: [{ metric_type: 'latency', level: 'error', threshold: 10, places: 2, worst: 9.5 }],
}

const candidate = (threshold: number) => ({ threshold, alertsPerWeek: 0.5 })
const advice: Advice = [
  {
    ...{ kpi: 'latency', unit: 's', weeks: 4, candidates: [], past: [] },
    today: { warning: candidate(5), critical: candidate(20) },
    proposed: { warning: candidate(5), critical: candidate(25) },
  },
]

test('each alert has its figures in words, and what suggest would change', () => {
  const [section] = reviewSections(review, busy.kpis, advice)
  expect(section?.rows.slice(1).map((row) => row.map(({ text }) => text))).toEqual([
    ['all alerts', '4', '67 % (2 of 3)', '1 min 30 s (2)', 'unknown', '15 min (3)', '1', '2', '2 of 4', ''],
    [
      ...['MnemoscopeLatencyCritical, memory · gpt-4o · search · 8k', '4', '67 % (2 of 3)', '1 min 30 s (2)'],
      ...['unknown', '15 min (3)', '1', '2', '2 of 4', '20.00 s → 25.00 s (0.5 a week)'],
    ],
    [
      ...['MnemoscopeLatencyWarning, memory · gpt-4o · search · 8k', '4', 'not rated', '1 min 30 s (2)'],
      ...['unknown', '15 min (3)', '1', '2', 'never', 'keep'],
    ],
  ])
  expect(section?.note?.text).toMatch(/Nights are those of Europe\/Berlin\.$/)
})

test('without suggestions it says why', () => {
  const [section] = reviewSections(review, busy.kpis, { missing: 'Prometheus does not answer.' })
  expect(section?.rows[0]?.map(({ text }) => text)).not.toContain('suggest')
  expect(section?.note?.text).toMatch(/No suggestions: Prometheus does not answer\.$/)
})

test('a time without alerts has no review', () => {
  expect(reviewSections({ ...review, total: { ...untouched, episodes: 0 } }, busy.kpis)).toEqual([])
})

test('thresholds that nothing crossed say how near it came', () => {
  const [section] = uncrossedSections(review, busy.kpis)
  expect(section?.rows[1]?.[0]?.text).toBe('Latency: error ≥ 10 s. The worst snapshot of 2 places was 9.5 s.')
})

test('as HTML it has the alerts of each day as a chart, without anything to load', () => {
  const html = reportHtml(reportOf(busy, { review: reviewSections(review, busy.kpis) }), busy, charts, review)
  expect(html).toMatch(/ALERT REVIEW<\/h2>[\s\S]+Alerts a day<small>days of Europe\/Berlin<\/small>/)
  expect(html).not.toMatch(/<script|https?:|<link|<img|url\(/)
})
