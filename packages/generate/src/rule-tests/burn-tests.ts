import { durationSeconds, type Kpi, names, type Outcomes } from '@mnemoscope/kpi'
import { is, select } from '../promql.js'
import { type Burn, burnInterval, burnLimit, burns, missBudget } from '../rules/burn.js'
import { testPlaces } from './places.js'
import { holds, holdsNot, type RuleTest } from './rule-test.js'
import { exposed } from './traffic.js'

/** Attempts before each scrape: so many that a share of them is told from one a little larger. */
const attempts = 100_000
const step = durationSeconds(burnInterval)

/** Scrapes of a service, with so many attempts before each, and so many of them that miss. */
interface Period {
  readonly scrapes: number
  readonly attempts: number
  readonly misses: number
}

/**
 * For each level of a KPI with a target: misses a little short of its burn rate and a little beyond, over both windows
 * and over the short one alone; their end; and too few attempts to tell. None without a target.
 */
export function burnTests(kpi: Kpi): RuleTest[] {
  const budget = missBudget(kpi)
  const { outcomes } = kpi
  if (budget === undefined || outcomes === undefined) return []
  return burns.flatMap((burn) =>
    lives(kpi, burn, budget).map(({ service, periods, fires }): RuleTest => {
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

function lives(kpi: Kpi, burn: Burn, budget: number): Life[] {
  const short = Math.ceil(durationSeconds(burn.short) / step)
  const limit = burnLimit(budget, burn) * budget * attempts
  const [allowed, tooMany] = [Math.floor(limit * 0.98), Math.min(attempts, Math.ceil(limit * 1.02))]
  const idle = { scrapes: 1, attempts: 0, misses: 0 }
  const lasting = (scrapes: number, misses: number) => ({ scrapes, attempts, misses })
  // Prometheus extrapolates what it counts: well below what is asked for.
  const few = Math.floor((kpi.minSamples - 1) * 0.9)
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
      periods: [idle, lasting(2 * short, attempts), lasting(short + 2, 0)],
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
    is('alertname', names.burnAlertName(kpi, severity)),
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
    [names.label.operation]: 'search',
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
