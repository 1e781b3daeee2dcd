import {
  type Config,
  durationSeconds,
  type Kpi,
  names,
  type Outcomes,
  type ThresholdSeverity,
} from '@mnemoscope/kpi'
import { artificialTrafficNote, links, literally, modelAndOperation } from '../annotations.js'
import { and, bracket, filter, is, number, over, select } from '../promql.js'
import type { AlertRule, RecordingRule, RuleGroup } from '../rule.js'
import { holds, holdsNot, type RuleTest } from '../rule-tests/rule-test.js'
import { testPlaces } from '../rule-tests/test-place.js'
import { exposed } from '../rule-tests/traffic.js'
import type { KpiAlertKind } from './alert-kind.js'

const runbook = 'target-burn.md'
const alertName = (kpi: Kpi, severity: ThresholdSeverity) => names.alertName(kpi, `burn_${severity}`)

/** A ratio with a target misses it so often that the target cannot be kept. */
export const burn: KpiAlertKind = {
  alerts: (kpi) =>
    kpi.outcomes === undefined
      ? []
      : burns.map(({ severity }) => ({ name: alertName(kpi, severity), severity })),
  runbook: () => runbook,
  groups: burnGroups,
  tests: (_, kpi) => burnTests(kpi),
  testFile: { suffix: 'burn', interval: () => burnInterval },
  judged: (kpi, alert) => {
    const { long } = burns.find(({ severity }) => severity === alert.severity) as Burn
    // Without a target nothing of it is recorded, and there are no values.
    const expression = `${misses(kpi, long)} / ${number(missBudget(kpi) ?? 1)}`
    return { expression, unit: '{number}', worst: 'highest' }
  },
  settings: (kpi) => [['kpis', kpi.id, 'target']],
}

/** A share of fewer attempts than this, in the long window, raises no alert. */
const leastAttempts = 5

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
function burnGroups(config: Config, kpi: Kpi): RuleGroup[] {
  const { outcomes } = kpi
  const budget = missBudget(kpi)
  if (budget === undefined || outcomes === undefined) return []
  return burns.map((burn) => ({
    name: `mnemoscope_${kpi.id}_burn_${burn.severity}`,
    interval: burn.interval,
    rules: [
      ...[burn.long, burn.short].flatMap((window) => missRules(kpi, window)),
      burnAlert(config, kpi, budget, burn),
    ],
  }))
}

const attempts = (kpi: Kpi, window: string) => names.recordedSeries.windowed(kpi, 'attempts', window)
const misses = (kpi: Kpi, window: string) => names.recordedSeries.windowed(kpi, 'misses', window)

/** Counted from what the judge saw as new: each attempt once, over restarts and outages of scrapes as well. */
function missRules(kpi: Kpi, window: string): RecordingRule[] {
  const occurred = (what: 'count' | 'sum') =>
    over('sum_over_time', names.judgeSeries.added(kpi, what), window)
  const came = bracket(filter(attempts(kpi, window), '>', 0))
  const hits = `${occurred('sum')} / ${came}`
  return [
    { record: attempts(kpi, window), expr: occurred('count') },
    { record: misses(kpi, window), expr: kpi.direction === 'higher_is_better' ? `1 - ${hits}` : hits },
  ]
}

function burnAlert(config: Config, kpi: Kpi, budget: number, burn: Burn): AlertRule {
  const { severity, long, short } = burn
  // No more can miss than everything: with a large budget the factor by itself would be out of reach.
  const limit = burnLimit(budget, burn)
  const rate = (window: string) => `${misses(kpi, window)} / ${number(budget)}`
  const enough = filter(attempts(kpi, long), '>=', leastAttempts)
  return {
    alert: alertName(kpi, severity),
    expr: and(and(filter(rate(long), '>', limit), filter(rate(short), '>', limit)), enough),
    labels: { [names.label.severity]: severity, [names.label.kpi]: kpi.id },
    annotations: {
      summary: `${literally(kpi.title)} of ${modelAndOperation} in {{ $labels.job }} misses its target too often (${severity.toUpperCase()})`,
      description:
        `Over ${long} ${literally(kpi.title)} of ${modelAndOperation} at context size {{ $labels.context_size }} misses ` +
        `{{ $value | humanize }} times as often as its target of ${kpi.target} allows, and still does over ${short}.${artificialTrafficNote}`,
      value: '{{ $value }}',
      threshold: String(limit),
      ...links(config, runbook, kpi),
    },
  }
}

/** Attempts before each scrape: enough to tell a share from a slightly larger one. */
const attemptsAtOnce = 100_000
const step = durationSeconds(burnInterval)

/** Scrapes of a service, with so many attempts before each, and so many of them that miss. */
interface Period {
  readonly scrapes: number
  readonly attempts: number
  readonly misses: number
}

/**
 * For each level of a KPI with a target: misses a little short of its burn rate and a little beyond, over both windows
 * and only over the short one; their end; and too few attempts. None without a target.
 */
function burnTests(kpi: Kpi): RuleTest[] {
  const budget = missBudget(kpi)
  const { outcomes } = kpi
  if (budget === undefined || outcomes === undefined) return []
  return burns.flatMap((burn) =>
    lives(burn, budget).map(({ service, periods, fires }): RuleTest => {
      const at = (scrapesIn(periods) - 1) * step
      return {
        name: `${kpi.id}: ${burn.severity} over ${burn.long} and still over ${burn.short}, ${service}`,
        interval: step,
        series: serviceSeries(kpi, outcomes, service, periods),
        expectations: [(fires ? holds : holdsNot)(at, firing(kpi, burn, service))],
      }
    }),
  )
}

interface Life {
  readonly service: string
  readonly periods: readonly Period[]
  /** Whether the alert fires at its end. */
  readonly fires: boolean
}

function lives(burn: Burn, budget: number): Life[] {
  const short = Math.ceil(durationSeconds(burn.short) / step)
  const limit = burnLimit(budget, burn) * budget * attemptsAtOnce
  const [allowed, tooMany] = [Math.floor(limit * 0.98), Math.min(attemptsAtOnce, Math.ceil(limit * 1.02))]
  const idle = { scrapes: 1, attempts: 0, misses: 0 }
  const lasting = (scrapes: number, misses: number) => ({ scrapes, attempts: attemptsAtOnce, misses })
  const few = leastAttempts - 1
  const fewMisses = { scrapes: 1, attempts: few, misses: few }
  return [
    { service: 'short-of-it', periods: [idle, lasting(short + 2, allowed)], fires: false },
    { service: 'beyond-it', periods: [idle, lasting(short + 2, tooMany)], fires: true },
    {
      service: 'only-lately-beyond-it',
      periods: [idle, lasting(Math.ceil(short / 4), 0), lasting(short + 1, tooMany)],
      fires: false,
    },
    {
      service: 'no-longer-beyond-it',
      periods: [idle, lasting(2 * short, attemptsAtOnce), lasting(short + 2, 0)],
      fires: false,
    },
    { service: 'of-few-attempts', periods: [{ ...idle, scrapes: short }, fewMisses, idle], fires: false },
  ]
}

function scrapesIn(periods: readonly Period[]): number {
  return periods.reduce((sum, { scrapes }) => sum + scrapes, 0)
}

function firing(kpi: Kpi, { severity }: Burn, service: string): string {
  return select('ALERTS', [
    is('alertname', alertName(kpi, severity)),
    is('alertstate', 'firing'),
    is(names.label.severity, severity),
    is(names.label.kpi, kpi.id),
    is(names.label.job, service),
  ])
}

function serviceSeries(
  kpi: Kpi,
  { label, counted, others }: Outcomes,
  service: string,
  periods: readonly Period[],
): Record<string, string> {
  const [hit, miss] = kpi.direction === 'higher_is_better' ? [counted[0], others[0]] : [others[0], counted[0]]
  const labels = {
    [names.label.job]: service,
    [names.label.instance]: `${service}:9464`,
    [names.label.model]: testPlaces(kpi)[0]?.place.model ?? '',
    [names.label.contextSize]: testPlaces(kpi)[0]?.place.contextSize ?? '',
    [names.label.operation]: testPlaces(kpi)[0]?.place.operation ?? '',
  }
  const of = (outcome = '', operations: (period: Period) => number) => {
    // As it stands among the labels of a series, its quotes escaped.
    const matcher = select('', [is(label, outcome)]).slice(1, -1)
    const phases = periods.map((period) => ({
      scrapes: period.scrapes,
      operations: operations(period),
      measured: outcome,
    }))
    return Object.entries(exposed(kpi, labels, phases)).filter(([series]) => series.includes(matcher))
  }
  return Object.fromEntries([
    ...of(hit, (period) => period.attempts - period.misses),
    ...of(miss, ({ misses }) => misses),
  ])
}
