import type { ThresholdSeverity } from '@mnemoscope/kpi'
import type { Minutes, Operation } from './operations.js'

/** One life of a process that measures operations. Two lives of one instance are a restart. */
export interface Life {
  /** Label `instance`. */
  readonly instance: string
  /** Minutes; negative for a process that is older than the Prometheus. */
  readonly starts: number
  /** Minutes; undefined for one that lives on. */
  readonly ends?: number
  /** Seconds by which its clock is ahead. */
  readonly clockAhead?: number
  /** It has no `process_start_time_seconds`, as other SDKs have not. */
  readonly saysNoStart?: boolean
  /** Times in which its handle is evicted because it was idle: there is no series, and the next one begins at zero. */
  readonly evicted?: readonly Minutes[]
  readonly operations: readonly Operation[]
}

/** When an alert that a human operator would raise begins and ends, in minutes; it goes on where it has no end. */
export interface Expected {
  readonly begins: Minutes
  readonly ends?: Minutes
  /** An operator could not say whether it is ill: the alert may also stay away. */
  readonly isOptional?: boolean
}

/** What happens to one place, and what a human operator would say of it. */
export interface Pattern {
  readonly name: string
  /** Id of a KPI of `kpis.ts`. */
  readonly kpi: string
  readonly minutes: number
  readonly lives: readonly Life[]
  /** Seconds between two scrapes. Default 15. */
  readonly scrapeInterval?: number
  /** Times in which every scrape fails. */
  readonly unscraped?: readonly Minutes[]
  /** Times in which the rules are not evaluated. promtool cannot do that, so the steps alone are tested. */
  readonly unevaluated?: readonly Minutes[]
  /** Times whose operations are lost by design, as the documentation says. */
  readonly lost?: readonly Minutes[]
  /** Metrics are pushed by OTLP: there is no `up`, and the series ends without a marker. */
  readonly isPushed?: boolean
  /** Alerts by level; a level that is left out is not looked at, one with an empty list must never fire. */
  readonly says: Readonly<Partial<Record<ThresholdSeverity, readonly Expected[]>>>
}

/** One process that never restarts. */
export const oneLife = (
  operations: readonly Operation[],
  life: Partial<Omit<Life, 'operations'>> = {},
): Life[] => [{ instance: 'a:9464', starts: 0, ...life, operations }]
