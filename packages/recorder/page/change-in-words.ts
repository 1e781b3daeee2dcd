/** What people changed. */
export interface PeopleChange {
  readonly kind: 'configuration' | 'deployment'
  /** Unix seconds. */
  readonly at: number
  /** Null if unknown. */
  readonly by: string | null
  /** What changed in the configuration, or the service and its version. */
  readonly what: string
}

/** A change as one line: `memory 1.4.2 deployed by ada`, `configuration changed by ada: KPI groundedness added`. */
export function changeInWords({ kind, by, what }: Omit<PeopleChange, 'at'>): string {
  const who = by === null ? '' : ` by ${by}`
  return kind === 'deployment' ? `${what} deployed${who}` : `configuration changed${who}: ${what}`
}
