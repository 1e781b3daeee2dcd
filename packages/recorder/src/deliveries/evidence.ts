import { setTimeout as sleep } from 'node:timers/promises'
import { type AlertEvent, type BreachOperation, eventText, names } from '@mnemoscope/kpi'
import { kpiOf } from '../config/source.js'
import { operationsOf, worstOperations } from '../operations/found.js'
import { queryInstant } from '../prometheus/query.js'
import type { Work } from '../work.js'
import type { StoredEvent } from './queue.js'

const mostOperations = 3
/** A message does not wait longer than this for a value that would be good to have. */
const longestWaitMs = 2_000

/**
 * An event with what the recorder knows beside its episode: the value at the end of a breach, and its worst operations.
 * What cannot be found out now is left out, because no message waits for it.
 */
export async function withEvidence(
  work: Pick<Work, 'pool' | 'prometheus' | 'config' | 'logger'>,
  event: StoredEvent,
): Promise<AlertEvent> {
  const known = async <T>(asking: Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await asking
    } catch (err) {
      work.logger.warn({ err, event: event.id }, 'an event is delivered without all that belongs to it')
      return otherwise
    }
  }
  const [value_at_end, operations] = await Promise.all([
    known(inTime(valueAtEnd(work, event)), null),
    known(breachOperations(work, event), []),
  ])
  const complete = { ...event, value_at_end, operations }
  return {
    ...complete,
    text: eventText(complete, kpiOf(work.config.kpis, event.episode.metric_type)?.unit ?? '1'),
  }
}

/** The value of the alert's place when it ended, as Prometheus has it; null where it has none. */
async function valueAtEnd(
  { prometheus, config }: Pick<Work, 'prometheus' | 'config'>,
  { kind, at, episode }: StoredEvent,
): Promise<number | null> {
  const kpi = kpiOf(config.kpis, episode.metric_type)
  if (kind !== 'closed' || episode.kind !== 'threshold' || kpi === undefined) return null
  const { labels } = episode.metadata
  const place = names.seriesLabels.map((label) => `${label}=${JSON.stringify(labels[label] ?? '')}`)
  const series = `${names.recordedSeries.current(kpi)}{${place.join(',')}}`
  const [found] = await queryInstant(prometheus, series, new Date(at * 1_000))
  return found === undefined || !Number.isFinite(found.value) ? null : found.value
}

async function breachOperations(
  { pool, config }: Pick<Work, 'pool' | 'config'>,
  { episode }: StoredEvent,
): Promise<BreachOperation[]> {
  if (episode.kind !== 'threshold') return []
  const operations = await operationsOf(pool, config.kpis, String(episode.id))
  if (operations === undefined || operations === 'none') return []
  const worst = await worstOperations(pool, operations, mostOperations)
  return worst.map(({ timestamp, value, outcome, trace_id, span_id, metadata }) => ({
    at: timestamp,
    value,
    outcome,
    trace_id,
    span_id,
    metadata,
  }))
}

async function inTime<T>(asking: Promise<T>): Promise<T> {
  const over = new AbortController()
  const tooLong = sleep(longestWaitMs, undefined, { signal: over.signal }).then(() => {
    throw new Error(`no answer within ${longestWaitMs} ms`)
  })
  try {
    return await Promise.race([asking, tooLong])
  } finally {
    over.abort()
    // What comes later than that is of no use, nor is its failure.
    asking.catch(() => undefined)
    tooLong.catch(() => undefined)
  }
}
