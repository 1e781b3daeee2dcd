import type { AlertKind } from './alert-kind.js'

/** A person's note that they know of an episode. */
export interface Acknowledgement {
  readonly by: string
  readonly comment: string | null
  /** Unix time in seconds. */
  readonly at: number
}

/** What a person says of an alert afterwards: whether it was worth the interruption. */
export const ratings = ['useful', 'noise'] as const
export type Rating = (typeof ratings)[number]

/** A person's rating of an episode. */
export interface AlertRating {
  readonly rating: Rating
  readonly by: string
  readonly comment: string | null
  /** Unix time in seconds. */
  readonly at: number
}

/** What people changed last before an alert began. */
export interface PrecedingChange {
  readonly kind: 'configuration' | 'deployment'
  /** Unix time in seconds. */
  readonly at: number
  /** Null if unknown. */
  readonly by: string | null
  /** What changed in the configuration, or the service and its version. */
  readonly what: string
}

/** An alert episode in the specification's layout, with what came after it. Times are Unix seconds. */
export interface AlertEpisode {
  readonly id: number
  /** When it began. */
  readonly timestamp: number
  readonly level: string | null
  readonly kind: AlertKind
  readonly message: string
  /** Id of the KPI; null for alerts of the pipeline about itself. */
  readonly metric_type: string | null
  /** The value it began with. */
  readonly current_value: number | null
  /** The newest value that it was judged by, at `newest_at`; null if only notifications have reported it. */
  readonly newest_value: number | null
  /** Newest evaluation at which Prometheus itself had it firing. */
  readonly newest_at: number | null
  /** The worst value seen. */
  readonly peak_value: number | null
  readonly threshold: number | null
  readonly service: string | null
  readonly model: string | null
  /** Class of context sizes: tokens, or `+Inf`; null if the alert has no context size. */
  readonly context_size: string | null
  /** Kind of operation, such as `search`; empty if the metric has none, null if the alert concerns no operation. */
  readonly operation: string | null
  readonly ends_at: number | null
  readonly closed_how: string | null
  /** False while a worse level of the same KPI, service, model, context size and operation fires as well. */
  readonly is_worst: boolean
  /** The newest acknowledgement; null without any. */
  readonly acknowledgement: Acknowledgement | null
  /** The newest rating; null where nobody has rated it, or the rating was taken back. */
  readonly rating: AlertRating | null
  /** The last known change in the six hours before, which may be the cause; null if there was none. */
  readonly preceded_by: PrecedingChange | null
  readonly metadata: {
    readonly alertname: string
    readonly fingerprint: string
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }
}

/** An operation at or beyond a threshold, as its service sent it. */
export interface BreachOperation {
  /** When it was measured, Unix seconds. */
  readonly at: number
  /** In the KPI's unit; of a KPI that counts outcomes 1 or 0. */
  readonly value: number | null
  /** The outcome, of a KPI that counts them. */
  readonly outcome: string | null
  /** 32 and 16 hex digits; null outside of traces. */
  readonly trace_id: string | null
  readonly span_id: string | null
  readonly metadata: Readonly<Record<string, unknown>>
}

/** Something that happened to an alert episode. */
export interface AlertEvent {
  /** The same each time this event is delivered: a handler that must not act twice remembers it. */
  readonly id: number
  /** Of a `storm`, several services breached within a minute; `episode` is that of the last of them. */
  readonly kind: 'opened' | 'changed' | 'closed' | 'reopened' | 'storm'
  /** When it happened, Unix seconds. */
  readonly at: number
  /** The same for people, as `eventText` writes it. */
  readonly text: string
  /** New values by column name; times are Unix seconds. */
  readonly detail: Readonly<Record<string, string | number>>
  /** The episode as it is now, which may be further on than the event. */
  readonly episode: AlertEpisode
  /** The value when a breach of a threshold ended, in the KPI's unit; null where it is unknown, and for other events. */
  readonly value_at_end: number | null
  /** The worst operations of the breach that its service sent, the worst first, at most 3. */
  readonly operations: readonly BreachOperation[]
}
