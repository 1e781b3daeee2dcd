import { describe, expect, test } from '@jest/globals'
import { type KpiChart, kpiCharts, legendOf } from '../../page/chart-data.js'
import { drawChart } from '../../page/chart-drawing.js'
import { chartFrame, limitsOutside } from '../../page/chart-frame.js'
import type { Point } from '../../page/chart-lines.js'
import { shapeMarkup } from '../../page/shape.js'

const begin = Date.UTC(2026, 0, 2) / 1_000
const from = begin
const to = begin + 3_600

/** A value every five minutes, but for the times of a gap. */
const points = (value: number, gap: readonly [number, number] = [0, 0]): Point[] =>
  Array.from({ length: 13 }, (_, i) => i * 300)
    .filter((time) => time <= gap[0] || time >= gap[1])
    .map((time): Point => [begin + time, value, value, value])

const place = (model: string) => ({ service: 's', model, context_size: '8192', operation: 'search' })
const latency = {
  id: 'latency',
  title: 'Latency',
  value_of: 'p95',
  unit: 's',
  direction: 'lower_is_better',
  thresholds: { warning: 5, error: 10, critical: 20 },
} as const
const success = {
  id: 'success',
  title: 'Success',
  value_of: 'ratio',
  unit: '1',
  direction: 'higher_is_better',
  thresholds: { warning: 0.9 },
} as const

const answer = {
  from,
  to,
  step_seconds: 300,
  kpis: {
    latency: {
      series: [
        { ...place('<b>'), points: points(4, [600, 2_400]) },
        { ...place('a'), points: points(2) },
      ],
    },
    success: { series: [{ ...place('a'), points: points(1) }] },
  },
  gaps: [{ from: from + 900, to: from + 2_100 }],
  marks: [{ kpi: 'latency', level: 'critical', from: from + 2_400, to: null }],
  changes: [{ kind: 'deployment', at: from + 300, by: 'ada', what: 'memory 1.4.2' }],
} as const
const dashboard = { kpis: [latency, success], current: [] }
const [slow, sure] = kpiCharts(answer, dashboard) as [KpiChart, KpiChart]

const draw = (chart: KpiChart, width = 460) => {
  const frame = chartFrame(chart, width, 210)
  return { frame, svg: shapeMarkup(drawChart(chart, frame, 'a chart')) }
}
const lines = (svg: string) => [...svg.matchAll(/class="line" d="([^"]+)"/g)].map(([, d = '']) => d)

describe('a drawn chart', () => {
  test('has no line across a gap, and shades the time without snapshots', () => {
    const { svg, frame } = draw(slow)
    const [broken = '', complete = ''] = lines(svg)
    expect(broken.match(/M/g)).toHaveLength(2)
    expect(complete.match(/M/g)).toHaveLength(1)
    const jump =
      Number(/L([\d.]+) [\d.]+M([\d.]+)/.exec(broken)?.[2]) - Number(/L([\d.]+) [\d.]+M/.exec(broken)?.[1])
    expect(jump).toBeCloseTo(frame.x(2_400) - frame.x(600), 0)
    expect(svg).toMatch(/class="gap"[^>]+><title>No snapshots from 2 Jan 00:15 to 2 Jan 00:35 UTC/)
  })

  const narrowAndWide = [33, 45, 100, 3_600, 86_400].flatMap((seconds) => [
    [seconds, 372],
    [seconds, 900],
  ])
  test.each(narrowAndWide)('the labels of %d seconds do not touch in %d pixels', (seconds, width) => {
    const { svg } = draw({ ...slow, from, to: from + seconds }, width)
    const labels = [...svg.matchAll(/<text x="([\d.]+)" [^>]*>(\d\d:\d\d(?::\d\d)?)</g)].map(
      ([, x, text = '']) => ({ x: Number(x), width: 6.2 * text.length }),
    )
    expect(labels.length).toBeGreaterThan(1)
    for (const [i, { x, width }] of labels.slice(1).entries())
      expect(x - (labels[i]?.x ?? 0)).toBeGreaterThan(width + 6)
  })

  test('a constant rate of 1 is drawn at the top of its axis', () => {
    const { svg, frame } = draw(sure)
    expect(frame.y(1)).toBe(frame.top)
    expect(lines(svg)[0]).toMatch(new RegExp(`^M${frame.left} ${frame.top}L`))
    expect(svg).toContain('>1.00<')
  })

  test('has a unit at its values, names its thresholds, and says those that lie outside', () => {
    const { svg, frame } = draw(slow)
    expect(svg).toMatch(/>0 s<[\s\S]*>2 s<[\s\S]*>4 s</)
    expect(svg).toContain('>warning ≥ 5 s<')
    expect(limitsOutside(slow, frame)).toBe('error ≥ 10 s, critical ≥ 20 s')
    expect(draw(sure).svg).toMatch(/>ratio<[\s\S]*>warning ≤ 0.9</)
  })

  test('has the unit of its values, however far its thresholds are', () => {
    const [line] = slow.lines
    if (line === undefined) throw new Error('no line')
    const quick = { ...line, points: [[from, 0.02, 0.02, 0.02] as const, [to, 0.04, 0.04, 0.04] as const] }
    const chart = { ...slow, lines: [quick] }
    const { svg, frame } = draw(chart)
    expect(svg).toContain('>20 ms<')
    expect(limitsOutside(chart, frame)).toBe('warning ≥ 5 s, error ≥ 10 s, critical ≥ 20 s')
  })

  test('marks alerts by level, and changes with the letter of their list', () => {
    const { svg } = draw(slow)
    expect(svg).toMatch(
      /class="alert-mark" fill="var\(--critical\)"><title>critical from 2 Jan 00:40 UTC, still firing/,
    )
    expect(svg).toMatch(/class="change-mark"><title>2 Jan 00:05 UTC: memory 1.4.2 deployed by ada</)
    expect(svg).toMatch(/font-weight="bold"[^>]*>A</)
    expect(draw(sure).svg).not.toContain('alert-mark')
  })

  test('takes no markup from a name', () => {
    const chart = {
      ...slow,
      changes: [{ kind: 'deployment', at: from + 60, by: null, what: '<script>"' }],
    } as const
    expect(draw(chart).svg).toContain('&lt;script&gt;&quot; deployed')
  })

  test('says that it has no values', () => {
    const { svg } = draw({ ...slow, lines: [] })
    expect(svg).toContain('No values in this time')
    expect(lines(svg)).toEqual([])
  })

  test('a value without neighbours is a dot', () => {
    const [line] = slow.lines
    if (line === undefined) throw new Error('no line')
    const many = Array.from({ length: 30 }, (_, i): Point => [from + i * 60, 1, 1, 1]).filter(
      ([time]) => time !== from + 300,
    )
    const chart = {
      ...slow,
      stepSeconds: 60,
      lines: [{ ...line, points: [...many, [to, 1, 1, 1] as const] }],
    }
    expect(draw(chart).svg.match(/class="dot"/g)).toHaveLength(1)
  })
})

describe('charts of an answer', () => {
  test('are those of KPIs with values, each series in the same colour everywhere', () => {
    const styles = [slow, sure].map(({ lines: drawn }) => drawn.map(({ name, colour }) => [name, colour]))
    expect(styles).toEqual([
      [
        ['<b> · search · 8k', '--series-0'],
        ['a · search · 8k', '--series-1'],
      ],
      [['a · search · 8k', '--series-1']],
    ])
    expect(legendOf([slow, sure]).map(({ name }) => name)).toEqual(['<b> · search · 8k', 'a · search · 8k'])
    expect(kpiCharts({ ...answer, kpis: { latency: { series: [] } } }, dashboard)).toEqual([])
  })

  test.each([
    ['the thresholds that all lines share', { warning: 3 }, { warning: 3 }, { warning: 3 }, false],
    ["the KPI's where lines have different ones", { warning: 3 }, { warning: 4 }, latency.thresholds, true],
  ])('have %s', (_, ofFirst, ofSecond, thresholds, isMixed) => {
    const current = [
      { ...place('<b>'), kpis: { latency: { thresholds: ofFirst } } },
      { ...place('a'), kpis: { latency: { thresholds: ofSecond } } },
    ]
    const [chart] = kpiCharts(answer, { ...dashboard, current })
    expect(chart).toMatchObject({ thresholds, isMixed })
  })
})
