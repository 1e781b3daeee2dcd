import { type Config, durationSeconds, names } from '@mnemoscope/kpi'

/** How often what a snapshot is made of comes anew, in seconds. */
export interface Intervals {
  readonly scrapeSeconds: number
  /** Of the rules that judge. */
  readonly checkSeconds: number
  /** Of the rules that are for people alone. */
  readonly snapshotSeconds: number
}

export function intervalsOf(config: Config): Intervals {
  return {
    scrapeSeconds: durationSeconds(config.scrapeInterval),
    checkSeconds: durationSeconds(config.alertCheckInterval),
    snapshotSeconds: durationSeconds(config.snapshotInterval),
  }
}

/** Fields that are recorded together with the alerts; the others may come once in a snapshot interval only. */
const judgedFields: readonly names.SnapshotField[] = ['current', 'samples', 'mean']

const { job, model, contextSize } = names.label
const identity = ['__name__', job, model, contextSize].join(', ')
const any = `{__name__=~"${names.snapshotSeriesPattern}"}`

/**
 * The queries for every recorded series of a snapshot, each series in one of them. A series whose newest sample is
 * older than two evaluations is left out: after a restart of Prometheus, and while evaluations fail, the last value
 * from before would stand for up to five minutes.
 */
export function snapshotQueries({ checkSeconds, snapshotSeconds }: Intervals): readonly [string, string] {
  const fields = judgedFields.join('|')
  const others = Math.max(checkSeconds, snapshotSeconds)
  return [
    fresh(`{__name__=~"${names.snapshotSeriesPattern}", __name__=~".+:(${fields})"}`, checkSeconds),
    fresh(`{__name__=~"${names.snapshotSeriesPattern}", __name__!~".+:(${fields})"}`, others),
  ]
}

/** What of a selector has a sample of the last two evaluations. Ended series are not in it: staleness still counts. */
function fresh(selector: string, everySeconds: number): string {
  return `${selector} and on (${identity}) last_over_time(${selector}[${reach(everySeconds)}s])`
}

/**
 * Has a value where rules were evaluated once and are not at present: older values are there still, or the series that
 * every evaluation of the generated rules writes was there within a day and no longer is. Asked only for instants
 * without any series, to tell them from those of a system without traffic.
 */
export function notEvaluatedQuery({ checkSeconds }: Intervals): string {
  const sign = (range: string) => `count(last_over_time(${names.configInfo}[${range}]))`
  return `count(${any}) or (${sign('1d')} unless ${sign(`${reach(checkSeconds)}s`)})`
}

/** Seconds that two evaluations take, and one to spare, as evaluations begin somewhat late under load. */
function reach(everySeconds: number): number {
  return Math.ceil(2 * everySeconds) + 1
}
