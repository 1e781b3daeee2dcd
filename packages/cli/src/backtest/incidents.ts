import { type Kpi, type ThresholdSeverity, thresholdSeverities } from '@mnemoscope/kpi'
import type { AlertEpisode } from '@mnemoscope/recorder'
import { ask } from '../recorder-client.js'
import { spansAt } from './episodes.js'
import type { PlaceHistory } from './history.js'
import { overlap, type Span } from './replay.js'

/** A past alert of a threshold, where it was. */
export interface Incident extends Pick<PlaceHistory, 'service' | 'model' | 'contextSize' | 'operation'> {
  readonly id: number
  readonly kpi: string
  readonly severity: ThresholdSeverity
  readonly span: Span
  /** People rated it as useful; or nobody rated it, and it is open or acknowledged: a known incident, and not what is usual. */
  readonly isKnown: boolean
}

/** What a proposed threshold would have made of an incident. */
export interface Outcome {
  readonly id: number
  readonly severity: ThresholdSeverity
  /** Unix seconds of its start. */
  readonly at: number
  readonly place: Pick<PlaceHistory, 'service' | 'model' | 'contextSize' | 'operation'>
  /** `silent`: no alert. `unproposed`: the level has no proposal. */
  readonly outcome: 'fires' | 'silent' | 'unproposed'
  /** How much later it would have begun, in seconds; negative if earlier. Only where it fires. */
  readonly laterBySeconds?: number
}

/** The most episodes of one answer. */
const mostEpisodes = 1_000

/** Alerts of a KPI's thresholds that fired in a time, newest first. */
export async function incidentsOf(
  recorder: string,
  kpi: Kpi,
  window: { readonly hours: number } | { readonly from: string; readonly to: string },
): Promise<Incident[]> {
  const found: AlertEpisode[] = []
  let before: string | undefined
  do {
    const query = { kpi: kpi.id, ...window, limit: mostEpisodes, before }
    const { episodes } = await ask(recorder, 'GET /api/episodes', { has: 'episodes', query })
    found.push(...episodes)
    before = episodes.length < mostEpisodes ? undefined : String(episodes.at(-1)?.id)
  } while (before !== undefined)
  return found.flatMap(incidentOf)
}

/** An alert of a threshold as an incident; none of another kind, or of no place. */
export function incidentOf(episode: AlertEpisode): Incident[] {
  const { id, kind, level, metric_type: kpi, timestamp: from, ends_at, acknowledgement, rating } = episode
  const { service, model, context_size: contextSize, operation } = episode
  const severity = thresholdSeverities.find((each) => each === level)
  const isPlace = service !== null && model !== null && contextSize !== null && operation !== null
  if (kind !== 'threshold' || kpi === null || severity === undefined || !isPlace) return []
  const isKnown = rating === null ? ends_at === null || acknowledgement !== null : rating.rating === 'useful'
  const span = { from, to: ends_at ?? undefined }
  return [{ id, kpi, severity, service, model, contextSize, operation, span, isKnown }]
}

/** The times of a place's known incidents. */
export function knownSpans(place: PlaceHistory, incidents: readonly Incident[]): Span[] {
  return incidents.filter((each) => each.isKnown && isAt(place, each)).map(({ span }) => span)
}

/** What the proposed thresholds would have made of each incident, in the order given. */
export function outcomesOf(
  incidents: readonly Incident[],
  histories: readonly PlaceHistory[],
  proposed: Readonly<Partial<Record<ThresholdSeverity, { readonly threshold: number }>>>,
): Outcome[] {
  return incidents.flatMap((incident): Outcome[] => {
    const { id, severity, span, service, model, contextSize, operation } = incident
    const history = histories.find((each) => isAt(each, incident))
    if (history === undefined) return []
    const about = { id, severity, at: span.from, place: { service, model, contextSize, operation } }
    const threshold = proposed[severity]?.threshold
    if (threshold === undefined) return [{ ...about, outcome: 'unproposed' }]
    const fires = spansAt(history, threshold).find((other) => overlap(span, other))
    if (fires === undefined) return [{ ...about, outcome: 'silent' }]
    return [{ ...about, outcome: 'fires', laterBySeconds: fires.from - span.from }]
  })
}

function isAt(place: PlaceHistory, incident: Incident): boolean {
  return (
    place.kpi.id === incident.kpi &&
    place.service === incident.service &&
    place.model === incident.model &&
    place.contextSize === incident.contextSize &&
    place.operation === incident.operation
  )
}
