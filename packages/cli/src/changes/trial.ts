import { type Kpi, MnemoscopeError, modelText } from '@mnemoscope/kpi'
import { type Alerted, placeKey } from '../backtest/episodes.js'
import { atEvaluations, rangeOfHours } from '../backtest/evaluations.js'
import { firedOf } from '../backtest/fired.js'
import { thresholdsOf } from '../backtest/history.js'
import { overlap, type Span, union } from '../backtest/replay.js'
import { type Replayable, type Replayed, runBacktest } from '../backtest/run.js'
import { utc } from '../report/units.js'

/** Breaches in which only one of two configurations alerts. One is all alerts of a place whose times overlap, whatever their level. */
export interface Apart {
  /** Only with the edit. */
  readonly raised: number
  /** Only without it. */
  readonly missed: number
}

/** What a backtest says that an edit does. */
export interface Prediction extends Apart {
  /** Hours of the past in which that was so. */
  readonly hours: number
  /** KPIs without a past: nothing is predicted of them. */
  readonly unseen: readonly string[]
}

/** Alerts in a time. */
type Alerts = readonly Omit<Alerted, 'severity'>[]

export function predictionOf({ today, edited, coveredHours, unseen }: Replayed): Prediction {
  const { raised, missed } = breachesApart(today, edited)
  return { raised: raised.length, missed: missed.length, hours: coveredHours, unseen }
}

/** Where and since when only one of two configurations alerts. */
export interface Breach {
  readonly place: string
  readonly span: Span
}

/** Breaches of the earlier configuration and of the edited one that have no moment in common. */
export function breachesApart(
  earlier: Alerts,
  edited: Alerts,
): { readonly raised: Breach[]; readonly missed: Breach[] } {
  const [old, now] = [breachesIn(earlier), breachesIn(edited)]
  const without = (all: Breach[], others: Breach[]) =>
    all.filter(
      ({ place, span }) => !others.some((other) => other.place === place && overlap(other.span, span)),
    )
  return { raised: without(now, old), missed: without(old, now) }
}

function breachesIn(alerts: Alerts): Breach[] {
  const places = new Map<string, { shown: string; spans: Span[] }>()
  for (const alert of alerts) {
    const key = placeKey({ ...alert, severity: 'warning' })
    const shown = `${alert.kpi}, ${modelText(alert)} at ${alert.contextSize} in ${alert.service}`
    const known = places.get(key) ?? { shown, spans: [] }
    places.set(key, known)
    known.spans.push(...alert.spans)
  }
  return [...places.values()].flatMap(({ shown, spans }) =>
    union(spans).map((span) => ({ place: shown, span })),
  )
}

/** An edit is taken back by chance alone in at most so many cases. */
const mostChance = 0.001

/**
 * The upper end of the range that is predicted for a time: the largest number that a Poisson process reaches with a chance of at least
 * 0.1 %. Its rate is that of the past, with half an event added, because none in the past does not mean that there is never one
 * (Jeffreys' prior, Bernardo and Smith, Bayesian Theory, 1994).
 */
export function mostOf(events: number, hours: number, seconds: number): number {
  const mean = ((events + 0.5) / hours) * (seconds / 3_600)
  let term = Math.exp(-mean)
  // A rate beyond what numbers hold has no limit that could be reached.
  if (term === 0) return Number.POSITIVE_INFINITY
  let most = 0
  for (let above = 1 - term; above >= mostChance; above -= term) {
    most += 1
    term *= mean / most
  }
  return most
}

/** A range that was left. */
export interface Left {
  readonly kind: keyof Apart
  readonly count: number
  readonly most: number
}

/** The range that was left first, `missed` before `raised`; undefined while all is as predicted. */
export function leftOf(prediction: Prediction, seen: Apart, seconds: number): Left | undefined {
  return (['missed', 'raised'] as const)
    .map((kind) => ({ kind, count: seen[kind], most: mostOf(prediction[kind], prediction.hours, seconds) }))
    .find(({ count, most }) => count > most)
}

/** An edit that is in use, and may still be taken back. */
export interface Trial {
  /** The configuration before it. */
  readonly earlier: Replayable
  readonly edited: Replayable
  /** Unix seconds. */
  readonly appliedAt: number
  /** How long it may be taken back. */
  readonly seconds: number
  readonly prediction: Prediction
}

/** What is alike before and after an edit takes so long to settle: evaluations, and what the earlier configuration remembers. */
const settledSeconds = 60

/**
 * What an edit that is in use has really done, by the alerts that fired, against a replay of the earlier configuration.
 * @throws MnemoscopeError PROMETHEUS_UNREACHABLE or PROMETHEUS_QUERY
 */
export async function seenOf(
  { earlier, edited, appliedAt, prediction }: Trial,
  url: string,
  now: number,
): Promise<{ readonly raised: Breach[]; readonly missed: Breach[] }> {
  // What was pending when the edit was applied goes on in the replay.
  const hours = (now - appliedAt) / 3_600 + 1
  const { today: replayed } = await runBacktest(earlier, earlier, { url, hours, end: now })
  const fired: Alerted[] = []
  for (const kpi of Object.values(edited.kpis) as Kpi[]) {
    if (thresholdsOf(kpi).length === 0 || prediction.unseen.includes(kpi.id)) continue
    const range = await atEvaluations(url, kpi, rangeOfHours(edited, hours, now))
    fired.push(...(await firedOf(url, kpi, range)))
  }
  const { raised, missed } = breachesApart(replayed, fired)
  const settle = Math.min(settledSeconds, (now - appliedAt) / 2)
  return {
    raised: raised.filter(({ span }) => span.from >= appliedAt),
    // One that began just now may still fire.
    missed: missed.filter(({ span }) => span.from >= appliedAt && span.from <= now - settle),
  }
}

/** Why an edit was taken back. */
export function takenBackError(left: Left, breaches: readonly Breach[], seconds: number): MnemoscopeError {
  const { kind, count, most } = left
  const what =
    kind === 'raised' ? 'only this edit alerts' : 'this edit does not alert, and the earlier one would'
  const shown = breaches.slice(0, 3).map(({ place, span }) => `${place}, ${utc(span.from)}`)
  return new MnemoscopeError(
    'CHANGE_TAKEN_BACK',
    `the edit was applied and taken back: ${count} breaches in which ${what}, where its backtest predicts at most ${most} in ` +
      `${Math.round(seconds / 60)} min: ${shown.join('; ')}`,
    {
      value: count,
      expected: `at most ${most}`,
      next:
        'Run `npx mnemoscope backtest` with the file over the last hours, and change it. To keep it anyway, first set ' +
        "`changes.takeBackWithin` to '0s', and save the rest after that.",
    },
  )
}
