import { type Direction, names } from '@mnemoscope/kpi'
import { kpiOf } from '../config/kpi-of.js'
import { storableText, storableTexts } from '../database/text.js'
import type { Normaliser } from '../work.js'
import { fingerprintOf } from './fingerprint.js'

/** What one source says about one alert. Times are Unix ms. */
export interface Observation {
  readonly cluster: string
  readonly fingerprint: string
  readonly labels: Readonly<Record<string, string>>
  /** Empty where the source has none, as Prometheus has of alerts that ended. */
  readonly annotations: Readonly<Record<string, string>>
  /** What happened, for people, until annotations say it better. */
  readonly fallbackSummary?: string
  readonly startsAt: number
  /** When it stopped firing; left out while it fires. */
  readonly endsAt?: number
  readonly value?: number
  readonly threshold?: number
  /** The KPI's better direction, where the alert is of a KPI that the configuration knows. */
  readonly direction?: Direction
  readonly evidence?: Evidence
}

/** Evaluations one after another at which an alert fired: Unix ms of the first and the last. */
export interface Stretch {
  readonly first: number
  readonly last: number
}

/** What only Prometheus' own samples can say. A notification has none of it. */
export interface Evidence {
  /** Newest evaluation at which the alert was stored as firing. */
  readonly lastFiringAt: number
  /** Whether `startsAt` is when it began, and not merely the edge of what was asked for. */
  readonly startKnown: boolean
  /** The evaluations with it, each stretch without a break; several where Prometheus was away in between. */
  readonly stretches: readonly Stretch[]
  /** Time between two evaluations; one that is this late, and half as much again, did not take place. */
  readonly interval: number
}

/** An alert as a source gives it. */
export interface GivenAlert
  extends Pick<
    Observation,
    'labels' | 'annotations' | 'fallbackSummary' | 'startsAt' | 'endsAt' | 'evidence'
  > {
  /** The newest value, where the source has one beside the annotation. */
  readonly value?: number | undefined
  /** The threshold, where the source has one beside the annotation. */
  readonly threshold?: number | undefined
}

/**
 * Whether an alert has a place in the history. The watchdog fires always: as an episode it would be open for ever, and
 * say nothing.
 */
export function isRemembered({ labels }: Pick<GivenAlert, 'labels'>): boolean {
  return labels.alertname !== names.watchdogAlert
}

/** The one way from an alert, whatever its source, to what the history is told. */
export function observe(given: GivenAlert, { cluster, externalLabels, kpis }: Normaliser): Observation {
  const labels = storableTexts(given.labels)
  const annotations = storableTexts(given.annotations)
  const kpi = kpiOf(kpis, labels[names.label.kpi])
  const value = given.value ?? numberIn(annotations.value)
  const threshold = given.threshold ?? numberIn(annotations.threshold)
  return {
    cluster,
    fingerprint: fingerprintOf(labels, externalLabels),
    labels,
    annotations,
    startsAt: given.startsAt,
    ...(given.endsAt === undefined ? {} : { endsAt: Math.max(given.endsAt, given.startsAt) }),
    ...(value === undefined || !Number.isFinite(value) ? {} : { value }),
    ...(threshold === undefined ? {} : { threshold }),
    ...(kpi === undefined ? {} : { direction: kpi.direction }),
    ...(given.fallbackSummary === undefined ? {} : { fallbackSummary: storableText(given.fallbackSummary) }),
    ...(given.evidence === undefined ? {} : { evidence: given.evidence }),
  }
}

/** The number a text is, undefined where it is none: annotations are texts for people first. */
function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}
