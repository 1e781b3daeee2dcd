import type { Config } from '@mnemoscope/kpi'

/** One setting that differs between two configurations; a side that lacks the setting is left out. */
export interface Difference {
  /** `kpis.f1_score.thresholds.warning` */
  readonly path: string
  readonly before?: unknown
  readonly after?: unknown
}

/** A part of the pipeline that takes up some settings only when it is started again. */
export interface RestartNeeded {
  readonly part: 'prometheus' | 'recorder' | 'services'
  /** The changed settings. */
  readonly paths: readonly string[]
}

/** A configuration that came into force. */
export interface AppliedChange {
  readonly at: Date
  /** Who changed it, as far as anybody knows. */
  readonly by: string
  readonly source: 'start' | 'file' | 'api'
  readonly config: Config
  readonly sha256: string
  /** Undefined for the first one. */
  readonly previousSha256: string | undefined
  readonly differences: readonly Difference[]
  readonly restarts: readonly RestartNeeded[]
}
