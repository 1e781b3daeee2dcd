import { thresholdSeverities } from '@mnemoscope/kpi'
import type { Figure } from '../harness/figures.js'
import { type Checked, check, checkSteps } from './check.js'
import { randomHistory } from './histories.js'
import { judge, type Said } from './judge.js'
import { kpiOf, patternConfig, tableConfig } from './kpis.js'
import type { Pattern } from './pattern.js'
import { patterns } from './patterns/index.js'
import { type Ruled, runRules } from './promtool.js'
import {
  detectionRows,
  episodesOf,
  operationsUntil,
  type SteadyRow,
  type StepRow,
  steadyPattern,
  steadyRows,
  stepPattern,
  stepRows,
  warnings,
} from './tables.js'

/** A figure, and what is behind it for people. */
export interface Measured extends Figure {
  readonly details: readonly string[]
}

/** Says what is being done, on standard error. */
export type Progress = (text: string) => void

const faultNames: Readonly<Record<keyof Checked, string>> = {
  missed: 'breaches without an alert',
  doubled: 'breaches with more than one alert',
  unfounded: 'alerts that begin without a bad operation in the evidence',
  early: 'alerts that end while the newest operations are bad',
  unlike: 'alerts unlike those of an operator',
  miscounted: 'patterns whose operations do not each count once',
}

/** Faults over several patterns, each kind a figure with the goal 0. */
function faultFigures(
  of: string,
  all: readonly { pattern: Pattern; checked: Checked }[],
  kinds = Object.keys(faultNames),
): Measured[] {
  return kinds.map((kind) => {
    const details = all.flatMap(({ pattern, checked }) =>
      checked[kind as keyof Checked].map((each) => `${pattern.name}: ${each}`),
    )
    const value = details.length
    return {
      name: `${of}: ${faultNames[kind as keyof Checked]}`,
      value,
      unit: '',
      goal: 0,
      ok: value === 0,
      details,
    }
  })
}

/** Every pattern by the steps. */
export function patternFigures(chosen: readonly Pattern[] = patterns): Measured[] {
  const all = chosen.map((pattern) => ({
    pattern,
    checked: checkSteps(pattern, kpiOf(patternConfig, pattern.kpi)),
  }))
  const count = chosen.length
  return [
    { name: 'patterns', value: count, unit: '', goal: 60, ok: count >= 60, details: [] },
    ...faultFigures('patterns', all),
  ]
}

/** Random histories by the steps, level by level: each threshold divides the same operations elsewhere. */
export function historyFigures(count: number, progress: Progress = () => {}): Measured[] {
  const all = Array.from({ length: count }, (_, i) => {
    if (i % 50 === 49) progress(`${i + 1} of ${count} histories`)
    const pattern = randomHistory(i + 1)
    const kpi = kpiOf(patternConfig, pattern.kpi)
    return { pattern, kpi, timelines: judge(pattern, kpi) }
  })
  return thresholdSeverities.flatMap((level) => {
    const checked = all.map(({ pattern, kpi, timelines }) => ({
      pattern,
      checked: check(pattern, kpi, new Map([[level, timelines.get(level) ?? []]])),
    }))
    return faultFigures(`${count} random histories, ${level}`, checked, [
      'missed',
      'doubled',
      'unfounded',
      'early',
    ])
  })
}

/** The rows of the tables by the steps. */
export function tableFigures(seeds: number, progress: Progress = () => {}): Measured[] {
  const all = Array.from({ length: seeds }, (_, i) => i + 1)
  const timelinesOf = (pattern: Pattern) => ({
    pattern,
    timeline: warnings(pattern, kpiOf(tableConfig, pattern.kpi)),
  })
  const done = <T>(name: string, figure: T): T => {
    progress(name)
    return figure
  }
  return [
    ...steadyRows.map((row) =>
      done(
        row.name,
        steadyFigure(
          row,
          all.map((seed) => timelinesOf(steadyPattern(row, seed)).timeline),
        ),
      ),
    ),
    ...stepRows.map((row) =>
      done(
        row.name,
        stepFigure(
          row,
          all.map((seed) => timelinesOf(stepPattern(row, seed))),
          0.5,
        ),
      ),
    ),
    ...detectionRows.map((row) =>
      done(
        row.name,
        stepFigure(
          row,
          all.map((seed) => timelinesOf(stepPattern(row, seed))),
          0.5,
          'detection, ',
        ),
      ),
    ),
  ]
}

/** Not more episodes than before, but for what chance explains: two standard errors. */
function steadyFigure({ name, hours, before }: SteadyRow, timelines: readonly (readonly Said[])[]): Measured {
  const counted = timelines.map(episodesOf)
  const n = counted.length
  const mean = counted.reduce((sum, { episodes }) => sum + episodes, 0) / n
  const variance = counted.reduce((sum, { episodes }) => sum + (episodes - mean) ** 2, 0) / Math.max(1, n - 1)
  const goal = rounded(before + 2 * Math.sqrt(variance / n))
  const firing = counted.reduce((sum, each) => sum + each.firing, 0) / n
  const value = rounded(mean)
  const details = [`fires ${(100 * firing).toFixed(0)} % of the time`]
  return { name, value, unit: `episodes in ${hours} h`, goal, ok: value <= goal, details }
}

function stepFigure(
  row: StepRow,
  all: readonly { pattern: Pattern; timeline: readonly Said[] }[],
  quantile: number,
  prefix = '',
): Measured {
  const needed = all
    .map(({ pattern, timeline }) => operationsUntil(row, pattern, timeline))
    .sort((a, b) => a - b)
  const at = (part: number) =>
    needed[Math.min(needed.length - 1, Math.floor(needed.length * part))] ?? Number.NaN
  const value = at(quantile)
  const goal = rounded(row.most)
  const never = needed.filter((each) => !Number.isFinite(each)).length
  const details = [`a tenth needs more than ${at(0.9)}`, ...(never > 0 ? [`${never} never`] : [])]
  return {
    name: `${prefix}${row.name}`,
    value: Number.isFinite(value) ? value : null,
    unit: `operations until it is called ${row.becomes}`,
    goal,
    ok: value <= goal,
    details,
  }
}

const rounded = (value: number) => Number(value.toFixed(3))

/**
 * Patterns by the generated rules: their alerts, and where they differ from the steps. promtool evaluates at every
 * interval, so patterns with an outage of the evaluator are left out, and those that last longer than half a day.
 */
export async function rulePatternFigures(progress: Progress = () => {}): Promise<Measured[]> {
  const chosen = patterns.filter(({ unevaluated, minutes }) => unevaluated === undefined && minutes <= 720)
  const ruled = await runRules(patternConfig, chosen, (count) => progress(`promtool: ${count} patterns`))
  const all = chosen.map((pattern) => {
    const kpi = kpiOf(patternConfig, pattern.kpi)
    const steps = judge(pattern, kpi)
    const rules = ruled.get(pattern)
    const timelines = new Map(
      [...steps].map(([level, timeline]) => [
        level,
        timeline.map((said, i): Said => ({ ...said, ...rules?.get(level)?.[i] })),
      ]),
    )
    const differs = [...steps].flatMap(([level, timeline]) =>
      differences(level, timeline, rules?.get(level) ?? []),
    )
    return { pattern, checked: check(pattern, kpi, timelines), differs }
  })
  const different = all.filter(({ differs }) => differs.length > 0)
  return [
    ...faultFigures('patterns on promtool', all, ['missed', 'doubled', 'unfounded', 'early', 'unlike']),
    differenceFigure(
      'patterns',
      chosen.length,
      different.map(({ pattern, differs }) => `${pattern.name}: ${differs[0]}`),
    ),
  ]
}

/** Some seeds of each row of the tables by the generated rules: they must say what the steps say. */
export async function ruleTableFigures(seeds: number, progress: Progress = () => {}): Promise<Measured[]> {
  const all = Array.from({ length: seeds }, (_, i) => i + 1)
  const chosen = [
    ...steadyRows.flatMap((row) => all.map((seed) => steadyPattern(row, seed))),
    ...[...stepRows, ...detectionRows].flatMap((row) => all.map((seed) => stepPattern(row, seed))),
  ]
  let done = 0
  const ruled = await runRules(tableConfig, chosen, (count) => {
    done += count
    progress(`promtool: ${done} of ${chosen.length} seeds of the tables`)
  })
  const different = chosen.flatMap((pattern) => {
    const steps = warnings(pattern, kpiOf(tableConfig, pattern.kpi))
    const [first] = differences('warning', steps, ruled.get(pattern)?.get('warning') ?? [])
    return first === undefined ? [] : [`${pattern.name}: ${first}`]
  })
  return [differenceFigure('seeds of the tables', chosen.length, different)]
}

function differenceFigure(what: string, count: number, details: readonly string[]): Measured {
  const value = details.length
  return {
    name: `${what} whose rules differ from the steps, of ${count}`,
    value,
    unit: '',
    goal: 0,
    ok: value === 0,
    details,
  }
}

/** Evaluations at which rules and steps differ by more than the last digits of a sum. */
function differences(level: string, steps: readonly Said[], rules: readonly Ruled[]): string[] {
  const isNear = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? a === b : Math.abs(a - b) <= 1e-7 * Math.max(1, Math.abs(a))
  return steps.flatMap((said, i) => {
    const rule = rules[i]
    // Where no alert can begin or go on, rules do not compute what a mean may be.
    const isLeftOut =
      rule?.isKnown === true && !said.isFiring && said.low !== undefined && rule.low === undefined
    const isEqual =
      rule !== undefined &&
      said.isFiring === rule.isFiring &&
      (isLeftOut || (isNear(said.low, rule.low) && isNear(said.high, rule.high)))
    const text = (each: Pick<Ruled, 'isFiring' | 'low' | 'high'> | undefined) =>
      `${each?.isFiring ? 'fires' : 'does not fire'}, ${each?.low} to ${each?.high}`
    return isEqual ? [] : [`${level} at ${said.at / 60} min: rules ${text(rule)}, steps ${text(said)}`]
  })
}
