import { alertKindOf, alertScale, type Direction, names } from '@mnemoscope/kpi'
import { kpiOf } from '../config/source.js'
import { storableText, storableTexts } from '../database/text.js'
import type { Normaliser } from '../work.js'
import { fingerprintOf, withoutReplica } from './fingerprint.js'

/** What one source reports of one alert. Times are Unix ms. */
export interface Observation {
  readonly cluster: string
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  /** Empty if the source has none, as Prometheus for alerts that ended. */
  readonly annotations: Readonly<Record<string, string>>
  /** A summary for people, used until there are annotations. */
  readonly fallbackSummary?: string
  readonly startsAt: number
  /** When it stopped firing; left out while it fires. */
  readonly endsAt?: number
  readonly value?: number
  /** What Prometheus has kept of the values that it showed: the one that it began with, and the worst. */
  readonly kept?: KeptValues
  readonly threshold?: number
  /** The better direction of the value, where it is known: of a KPI that the configuration has. */
  readonly direction?: Direction
  readonly evidence?: Evidence
}

/** Values that a recorder that was away can still learn. */
export interface KeptValues {
  readonly atStart?: number
  readonly worst?: number
}

/** Consecutive samples of a firing alert: Unix ms of the first and the last. */
export interface SampleSpan {
  readonly first: number
  readonly last: number
}

/** What only Prometheus' samples can show. A notification has none of it. */
export interface Evidence {
  /** Newest evaluation at which the alert was stored as firing. */
  readonly lastFiringAt: number
  /** Whether `startsAt` is when it began, and not only the start of the queried time. */
  readonly startKnown: boolean
  /** Its samples: several spans if Prometheus was away in between. */
  readonly spans: readonly SampleSpan[]
  /** Time between two evaluations. An evaluation that is 1.5 times this late did not take place. */
  readonly interval: number
}

/** An alert as a source gives it. */
export interface SourceAlert
  extends Pick<
    Observation,
    'labels' | 'annotations' | 'fallbackSummary' | 'startsAt' | 'endsAt' | 'kept' | 'evidence'
  > {
  /** The newest value, if the source has one beside the annotation. */
  readonly value?: number | undefined
  /** The threshold, if the source has one beside the annotation. */
  readonly threshold?: number | undefined
}

/**
 * Whether episodes of an alert are stored: of ours alone. Nothing here would ever end an episode of somebody else's, and
 * the watchdog always fires.
 */
export function hasHistory({ labels }: Pick<SourceAlert, 'labels'>): boolean {
  return names.isEpisodeAlert(labels.alertname)
}

/** Turns an alert of any source into an observation. */
export function observe(given: SourceAlert, { cluster, replicaLabels, kpis }: Normaliser): Observation {
  const labels = storableTexts(given.labels)
  const annotations = storableTexts(given.annotations)
  const kpiId = labels[names.label.kpi]
  const kind = alertKindOf(labels.alertname ?? '', kpiId ?? null)
  const direction = alertScale(kind, kpiOf(kpis, kpiId))?.direction
  const value = given.value ?? numberIn(annotations.value)
  const threshold = given.threshold ?? numberIn(annotations.threshold)
  return {
    cluster,
    fingerprint: fingerprintOf(withoutReplica(labels, replicaLabels)),
    labels,
    annotations,
    startsAt: given.startsAt,
    ...(given.endsAt === undefined ? {} : { endsAt: Math.max(given.endsAt, given.startsAt) }),
    ...(value === undefined || !Number.isFinite(value) ? {} : { value }),
    ...(given.kept === undefined ? {} : { kept: given.kept }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(direction === undefined ? {} : { direction }),
    ...(given.fallbackSummary === undefined ? {} : { fallbackSummary: storableText(given.fallbackSummary) }),
    ...(given.evidence === undefined ? {} : { evidence: given.evidence }),
  }
}

/** The number that a text is; undefined for other texts, which annotations may be. */
function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

/**
 * The observations of one notification, with those of several replicas of a Prometheus as one: the alert ends when the
 * last of them says so. Without replicas a notification has each alert once.
 */
export function joinReplicas(observations: readonly Observation[]): Observation[] {
  const joined: Observation[] = []
  for (const observation of [...observations].sort((a, b) => a.startsAt - b.startsAt)) {
    const i = joined.findIndex(
      ({ fingerprint, endsAt = Number.POSITIVE_INFINITY }) =>
        fingerprint === observation.fingerprint && observation.startsAt <= endsAt,
    )
    const before = joined[i]
    if (before === undefined) joined.push(observation)
    else joined[i] = together(before, observation)
  }
  return joined
}

function together(before: Observation, { endsAt }: Observation): Observation {
  const { endsAt: earlier, ...firing } = before
  if (earlier === undefined || endsAt === undefined) return firing
  return { ...firing, endsAt: Math.max(earlier, endsAt) }
}
