import { type Config, counterReach, type Kpi, names } from '@mnemoscope/kpi'
import {
  aggregate,
  bracket,
  filter,
  indent,
  is,
  isOneOf,
  type Matcher,
  or,
  over,
  select,
  unless,
} from '../promql.js'
import type { RecordingRule } from '../rule.js'
import { sourceHash } from './source.js'

const { job, instance } = names.label
const part = names.counterPart

/** How far back the newest sample of a series is looked for: failed scrapes and the end of a process hide none. */
export const reach = `${counterReach / 60}m`

/** The newest sample of a counter, also of one that has just ended. */
export function newest(selector: string): string {
  return over('last_over_time', selector, reach)
}

/** A counter that a KPI exposes. */
export interface Counter {
  readonly metric: string
  /** What is seen of it is recorded under this name. */
  readonly what: 'count' | 'sum' | 'bucket'
  readonly matchers?: Parameters<typeof select>[1]
}

/** How often counters are compared, and with what. */
export interface Pace {
  readonly pace: 'alert' | 'snapshot'
  /** The newest sample of a counter. */
  readonly now: (counter: Counter) => string
  /** The newest sample of a counter at the evaluation before. */
  readonly before: (counter: Counter) => string
  /** When each process began, by instance, now and as it was known at the evaluation before. */
  readonly start: string
  readonly startBefore: string
  /** Instances that the evaluation before knew: what a counter shows there that it did not see is new. */
  readonly known: readonly string[]
  /** Time between two evaluations. */
  readonly interval: string
}

/** Differences to what the last evaluation that happened has seen: an outage of the evaluator loses nothing. */
export function alertPace({ alertCheckInterval }: Pick<Config, 'alertCheckInterval'>, kpi: Kpi): Pace {
  const { newest: now, seen } = names.judgeSeries
  const of = (name: string, what: string, matchers: Counter['matchers'] = []) =>
    select(name, [is(part, what), ...matchers])
  const byInstance = (selector: string) => aggregate('max', [job, instance], selector)
  const { grown } = names.judgeSeries
  const startBefore = byInstance(of(seen(kpi), 'start'))
  const ofSource: Matcher = { label: names.sourceVersion, operator: '=~', value: `|${sourceHash(kpi)}` }
  return {
    pace: 'alert',
    now: ({ what, matchers }) => of(now(kpi), what, matchers),
    before: ({ what, matchers }) => of(seen(kpi), what, matchers),
    start: byInstance(of(now(kpi), 'start')),
    startBefore,
    known:
      kpi.source === undefined
        ? // An instance that does not say when its process began is known by its counters.
          [startBefore, byInstance(grown(kpi, 'count', 'alert'))]
        : [byInstance(of(seen(kpi), 'start', [ofSource]))],
    interval: alertCheckInterval,
  }
}

/** Differences over exactly one interval between snapshots. */
export function snapshotPace({ snapshotInterval }: Pick<Config, 'snapshotInterval'>, kpi: Kpi): Pace {
  const before = (selector: string) => over('last_over_time', selector, reach, snapshotInterval)
  const startOf = (newestOf: (selector: string) => string) => {
    const begun = aggregate('max', [job, instance], newestOf(names.processStart))
    if (kpi.source === undefined) return begun
    // With a newer start than the copied counters, what the old process counted would be taken for what the new one did.
    const copied = newestOf(select(names.judgeSeries.source(kpi), [is(part, 'start')]))
    return bracket(or([aggregate('max', [job, instance], copied), begun]))
  }
  const startBefore = startOf(before)
  const { grown, source } = names.judgeSeries
  const ofSource = [is(part, 'start'), is(names.sourceVersion, sourceHash(kpi))]
  return {
    pace: 'snapshot',
    now: (counter) => newest(selectorOf(counter)),
    before: (counter) => before(selectorOf(counter)),
    start: startOf(newest),
    startBefore,
    known:
      kpi.source === undefined
        ? [startBefore, aggregate('max', [job, instance], grown(kpi, 'count', 'snapshot'))]
        : [
            aggregate('max', [job, instance], before(select(source(kpi), ofSource))),
            aggregate('max', [job, instance], before(names.instrumentationMetric.overflows)),
          ],
    interval: snapshotInterval,
  }
}

/** Counters of a KPI: of its operations, and of the sum of their values (of a ratio: of its counted outcomes). */
export function countersOf(kpi: Kpi): { count: Counter; sum: Counter } {
  const metric = names.metricName(kpi)
  if (kpi.outcomes !== undefined) {
    const { label, counted, others } = kpi.outcomes
    const of = (outcomes: readonly string[]): Counter => ({
      metric,
      what: 'count',
      matchers: [isOneOf(label, outcomes)],
    })
    return { count: of([...counted, ...others]), sum: of(counted) }
  }
  return {
    count: { metric: `${metric}_count`, what: 'count' },
    sum: { metric: `${metric}_sum`, what: 'sum' },
  }
}

/** Buckets of a histogram KPI. */
export function bucketsOf(kpi: Kpi, matchers: Counter['matchers'] = []): Counter {
  return { metric: `${names.metricName(kpi)}_bucket`, what: 'bucket', matchers }
}

export function selectorOf({ metric, matchers }: Counter): string {
  return select(metric, matchers)
}

/** Recorded series of one pace, by which the operations of a KPI are counted. */
interface Counted {
  /** By how much each counter of operations differs from what was seen of it. */
  readonly grown: string
  readonly anew: string
  readonly tailed: string
  readonly began: string
}

export function countedSeries(kpi: Kpi, { pace }: Pace): Counted {
  const { grown, anew, tailed, began } = names.judgeSeries
  return {
    grown: grown(kpi, 'count', pace),
    anew: anew(kpi, pace),
    tailed: tailed(kpi, pace),
    began: began(kpi, pace),
  }
}

/**
 * How the counters of operations went on: with all their labels, differences to what was seen, and apart from them small
 * sets in which the difference is not what is new. `anew` has counters that fell, of processes that began anew, and those
 * that were not there before. Of these, `tailed` has processes that had counted more after they were seen than the new one
 * has by now, with all that is new of both. `began` has the others of instances that were there before or have just begun,
 * too: an older counter that is seen for the first time is not in it, as its operations are from before. Usually these sets
 * are empty, and Prometheus then leaves out most of the work.
 */
export function countingRules(kpi: Kpi, counter: Counter, pace: Pace): RecordingRule[] {
  const { grown, anew, tailed, began } = countedSeries(kpi, pace)
  const [now, before] = [pace.now(counter), pace.before(counter)]
  const highest = over('max_over_time', selectorOf(counter), pace.interval)
  // Clocks and rounding may move a start time a little.
  const restarted = bracket(filter(`${pace.start} - ${pace.startBefore}`, '>', 1))
  // A new process may not have measured anything yet: then the old one's counter is still the newest.
  const wentOn = or([unless(filter(grown, '>=', 0), restarted, [job, instance]), filter(grown, '==', 0)])
  const uptime = aggregate('max', [job, instance], newest(names.processUptime))
  // All that a young process did is recent, however rarely it is scraped. A clock may be hours ahead.
  const age = or([uptime, `abs(time() - ${pace.start})`])
  const young = filter(`(\n${indent(age)}\n)`, '<', counterReach)
  const known = or([...pace.known, young])
  return [
    { record: grown, expr: `${now} - ${before}` },
    { record: anew, expr: `${now} unless (\n${indent(wentOn)}\n)` },
    {
      record: tailed,
      expr: `${asCount(`${highest} > ignoring (${part}) ${anew}`, pace)} + ${grown}`,
    },
    { record: began, expr: `${anew} and on (${job}, ${instance}) (\n${indent(known)}\n)` },
  ]
}

/** New operations of each counter, once each. */
export function newOperations({ grown, tailed, began }: Counted, matchers: Counter['matchers'] = []): string {
  return or([select(tailed, matchers), select(began, matchers), select(grown, matchers)])
}

/** What an old process did is a series of its own by this label. */
export const endedLabel = 'ended'

/**
 * By how much a sum or a bucket grew, in series that are to be summed. It falls with its process only if the counter of operations does, so that decides.
 */
export function partGrowth(counter: Counter, pace: Pace, { tailed, began, anew }: Counted): string {
  const matching = ` ignoring (${counter.what === 'bucket' ? `le, ${part}` : part})`
  const [now, before] = [pace.now(counter), pace.before(counter)]
  const highest = over('max_over_time', selectorOf(counter), pace.interval)
  const ofTailed = `${highest} and${matching} ${tailed}`
  // A bucket that only the new process has, since a threshold was changed: of the old one's operations it knows none, and
  // they are taken for operations in it. What a threshold never saw is no breach of it.
  const unseen = `((${ofTailed}) +${matching} group_left () (${tailed} - ${anew})) unless ignoring (${part}) ${before}`
  const ofEnded =
    counter.what === 'bucket' && pace.pace === 'alert' ? bracket(or([unseen, ofTailed])) : ofTailed
  const tail = `label_replace(${ofEnded}, "${endedLabel}", "true", "", "")`
  const small = `(\n${indent(or([`${now} and${matching} (${began} unless ${tailed})`, tail]))}\n)`
  return `${small}\nor\n(${now} - ${before})`
}

/** Series of counters of operations as the series of a pace have them. */
function asCount(expression: string, { pace }: Pace): string {
  return pace === 'snapshot'
    ? bracket(expression)
    : `label_replace(${expression}, "${part}", "count", "", "")`
}
