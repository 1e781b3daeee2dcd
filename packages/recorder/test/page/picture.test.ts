import { expect, test } from '@jest/globals'
import type { ChartContent } from '../../page/chart-frame.js'
import { drawPicture } from '../../page/picture.js'
import { alertsPerDay } from '../../page/review-chart.js'
import { shapeMarkup } from '../../page/shape.js'

const day = { info: 0, warning: 0, error: 0, critical: 0 }
const from = Date.parse('2026-11-02T06:00:00Z') / 1_000

test('alerts of each day are lines by level, days without any at 0', () => {
  const days = [
    { ...day, day: '2026-11-02', critical: 2 },
    { ...day, day: '2026-11-04', critical: 1, warning: 3 },
  ]
  const chart = alertsPerDay({ from, to: from + 3 * 86_400, days })
  expect(chart?.lines.map(({ name, points }) => [name, points.map(([, count]) => count)])).toEqual([
    ['warning', [0, 0, 3, 0]],
    ['critical', [2, 0, 1, 0]],
  ])
})

test.each([
  ['no day', 3 * 86_400, []],
  ['one day', 3_600, [{ ...day, day: '2026-11-02', critical: 2 }]],
])('%s has no chart of days', (_, length, days) => {
  expect(alertsPerDay({ from, to: from + length, days })).toBeUndefined()
})

test('a picture has words, each line by its name, and the chart; names are escaped', () => {
  const chart: ChartContent = {
    kpi: { title: 'Latency', unit: 's', direction: 'lower_is_better', value_of: 'p95' },
    thresholds: { warning: 5 },
    lines: ['a', 'b <script>'].map((name) => ({
      ...{
        name,
        colour: '--series-0',
        dash: [],
        points: [[from, 1, 1, 1] as const, [from + 60, 6, 6, 6] as const],
      },
    })),
    ...{ from, to: from + 60, stepSeconds: 60, gaps: [], marks: [], changes: [] },
  }
  const drawing = drawPicture({ title: 'CRITICAL: Latency', notes: ['since noon'] }, chart)
  const markup = shapeMarkup(drawing)
  for (const text of ['>CRITICAL: Latency<', '>since noon<', '>b &lt;script&gt;<', '>warning ≥ 5 s<'])
    expect(markup).toContain(text)
  expect(Number(drawing.attributes.height)).toBeGreaterThan(320)
  expect(drawPicture({ title: 'No model', notes: [] }).attributes.height).toBeLessThan(100)
})
