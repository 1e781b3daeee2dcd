import { trendOf } from '../../packages/recorder/src/dashboard/trend.js'
import { autoregressive, randomOf } from '../../packages/recorder/test/plumbing/autoregressive.js'
import { printFigure } from '../harness/figures.js'
import { powerBound } from './trend-bound.js'

const points = 48
const size = 2

/** Share of a change that has happened at each point. */
const curve = (shareAt: (passed: number) => number) =>
  Array.from({ length: points }, (_, i) => shareAt(i / (points - 1)))
const ramp = (begin: number, end: number) =>
  curve((passed) => Math.min(1, Math.max(0, (passed - begin) / (end - begin))))
const steps = Array.from({ length: 25 }, (_, i) =>
  curve((passed) => (passed * (points - 1) >= 12 + i ? 1 : 0)),
)

/** Changes by name, the goal for values of correlation 0, and that for 0.3 as a share of what any test finds at most. */
const changes = [
  { name: 'a step between a quarter and three quarters', curves: steps, goal: 95, ofBound: 0.9 },
  { name: 'a ramp between a quarter and three quarters', curves: [ramp(0.25, 0.75)], goal: 90, ofBound: 0.9 },
  { name: 'a ramp over all of the time', curves: [ramp(0, 1)], goal: 80, ofBound: 0.8 },
  { name: 'a ramp over the second half', curves: [ramp(0.5, 1)], goal: 85, ofBound: 0.75 },
  { name: 'an accelerating change', curves: [curve((passed) => passed ** 2)], goal: 80, ofBound: 0.75 },
] as const

/** Prints what trends find in simulated series of 48 points, and what any test could; whether all goals are met. */
export function checkTrends(series: number, isJson: boolean): boolean {
  const found = (values: (seed: number) => number[]) => {
    const hits = Array.from({ length: series }, (_, seed) =>
      trendOf(
        values(seed).map((value, i) => ({ at: i * 1_800_000, value })),
        'lower_is_better',
      ),
    ).filter(({ shape }) => shape !== null)
    return (100 * hits.length) / series
  }
  let isGood = true
  const print = (name: string, value: number, goal: number, ok: boolean) => {
    printFigure(
      { name, value: Number(value.toFixed(1)), unit: 'of 100 series', goal: Number(goal.toFixed(1)), ok },
      isJson,
    )
    isGood &&= ok
  }
  for (const correlation of [0, 0.3])
    for (const { name, curves, goal, ofBound } of changes) {
      const share = found((seed) => {
        const random = randomOf(1 + seed)
        const own = curves[Math.floor(random() * curves.length)] ?? []
        return autoregressive(points, correlation, random).map((noise, i) => noise + size * (own[i] ?? 0))
      })
      const bound = powerBound({ curves, correlation, size, series: 2_000 })
      const wanted = correlation === 0 ? goal : ofBound * bound
      const what = `${name}, correlation ${correlation}`
      printFigure(
        {
          name: `${what}: any test at most`,
          value: Number(bound.toFixed(1)),
          unit: 'of 100 series',
          ok: true,
        },
        isJson,
      )
      print(`${what}: found`, share, wanted, share >= wanted)
    }
  // Two standard errors of the simulation beside the five that are allowed.
  const most = 5 + 200 * Math.sqrt((0.05 * 0.95) / series)
  for (const correlation of [0, 0.3, 0.6]) {
    const share = found((seed) => autoregressive(points, correlation, randomOf(70_000 + seed)))
    print(`nothing, correlation ${correlation}: false alarms`, share, most, share <= most)
  }
  return isGood
}
