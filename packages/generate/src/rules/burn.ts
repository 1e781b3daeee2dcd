import { type Config, type Kpi, names, type Outcomes, type ThresholdSeverity } from '@mnemoscope/kpi'
import { links } from '../annotations.js'
import { literally } from '../humanize.js'
import { and, bracket, filter, number } from '../promql.js'
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.js'
import { newbornRule } from './counted.js'
import { outcomesCounted } from './ratio.js'
import { windowsOf } from './tiers.js'

/** How often the fastest burn rate is judged. */
export const burnInterval = '1m'

/** A level of a burn rate. */
export interface Burn {
  readonly severity: ThresholdSeverity
  readonly factor: number
  readonly long: string
  readonly short: string
  /** How often it is judged: a long window is costly and slow to change. Within Prometheus' lookback of 5 minutes. */
  readonly interval: string
}

/**
 * How fast misses may use up a month's budget, over a long window and still over a short one, so that an alert ends
 * soon after its cause. Factors and windows: The Site Reliability Workbook, chapter 5, table 5-8, its slowest pair left out.
 */
export const burns: readonly Burn[] = [
  { severity: 'critical', factor: 14.4, long: '1h', short: '5m', interval: burnInterval },
  { severity: 'error', factor: 6, long: '6h', short: '30m', interval: '2m' },
  { severity: 'warning', factor: 3, long: '1d', short: '2h', interval: '4m' },
]

/** The share of attempts that may miss in the long run, where a KPI has a target. */
export function missBudget({ target, direction }: Pick<Kpi, 'target' | 'direction'>): number | undefined {
  if (target === undefined) return undefined
  return Number((direction === 'higher_is_better' ? 1 - target : target).toPrecision(12))
}

/** How many times as often as the budget allows must be missed: at most the half way to missing always. */
export function burnLimit(budget: number, { factor }: Burn): number {
  return Number(Math.min(factor, (1 + budget) / (2 * budget)).toPrecision(12))
}

/**
 * Alerts of a ratio with a target: how many times faster than allowed it misses, a group for each level at its own pace.
 * None without a target.
 */
export function burnGroups(config: Config, kpi: Kpi): RuleGroup[] {
  const { outcomes } = kpi
  const budget = missBudget(kpi)
  if (budget === undefined || outcomes === undefined) return []
  return burns.map((burn) => ({
    name: `mnemoscope_${kpi.id}_burn_${burn.severity}`,
    interval: burn.interval,
    rules: [
      ...[burn.long, burn.short].flatMap((window) => missRules(kpi, outcomes, window)),
      burnAlert(config, kpi, budget, burn),
    ],
  }))
}

const attempts = (kpi: Kpi, window: string) => names.recordedSeries.windowed(kpi, 'attempts', window)
const misses = (kpi: Kpi, window: string) => names.recordedSeries.windowed(kpi, 'misses', window)

function missRules(kpi: Kpi, outcomes: Outcomes, window: string): RecordingRule[] {
  const { counted: hits, others } = outcomes
  const occurred = (values: readonly string[]) => outcomesCounted(kpi, outcomes, values, window)
  const missed = occurred(kpi.direction === 'higher_is_better' ? others : hits)
  // The windows of the KPI's own value have their newborn series recorded already.
  const known = windowsOf(kpi).some((each) => each.window === window)
  return [
    ...(known ? [] : [newbornRule(kpi, names.metricName(kpi), window)]),
    { record: attempts(kpi, window), expr: occurred([...hits, ...others]) },
    {
      record: misses(kpi, window),
      expr: `${bracket(`${missed} or 0 * ${attempts(kpi, window)}`)} / ${bracket(filter(attempts(kpi, window), '>', 0))}`,
    },
  ]
}

function burnAlert(config: Config, kpi: Kpi, budget: number, burn: Burn): AlertRule {
  const { severity, long, short } = burn
  // No more than everything can miss: with a large budget the factor alone would be out of reach.
  const limit = burnLimit(budget, burn)
  const rate = (window: string) => `${misses(kpi, window)} / ${number(budget)}`
  const enough = filter(attempts(kpi, long), '>=', kpi.minSamples)
  return {
    alert: names.burnAlertName(kpi, severity),
    expr: and(and(filter(rate(long), '>', limit), filter(rate(short), '>', limit)), enough),
    labels: { [names.label.severity]: severity, [names.label.kpi]: kpi.id },
    annotations: {
      summary: `${literally(kpi.title)} of {{ $labels.model }} in {{ $labels.job }} misses its target too fast (${severity.toUpperCase()})`,
      description:
        `Over ${long} ${literally(kpi.title)} of {{ $labels.model }} at context size {{ $labels.context_size }} misses ` +
        `{{ $value | humanize }} times as often as its target of ${kpi.target} allows, and still does over ${short}.`,
      value: '{{ $value }}',
      threshold: String(limit),
      ...links(config, 'target-burn.md', kpi),
    },
  }
}
