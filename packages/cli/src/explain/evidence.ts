import type { Judged, Sureness } from '@mnemoscope/generate'
import { names } from '@mnemoscope/kpi'

type Labels = Readonly<Record<string, string>>

/** A series of an answer of Prometheus. */
export interface Sample {
  readonly labels: Labels
  readonly value: number
}

/** How sure the judge is of the value at a place. Null is unknown, as at places that are near no threshold. */
export interface Evidence {
  /** What `least` and `most` are of: the value, or the share of operations at or beyond the threshold. */
  readonly of: 'value' | 'share'
  readonly least: number | null
  readonly most: number | null
  /** Share that may be at or beyond the threshold. */
  readonly allowed: number | null
  /** The lane that decides: `fast` where only the newest operations prove a breach. */
  readonly lane: 'fast' | 'middle'
  /** Operations that this lane remembers; old ones weigh less. */
  readonly operations: number | null
  /** Unix seconds. */
  readonly last_operation: number | null
}

/** A place whose evidence is asked for. */
export interface JudgedPlace {
  /** All labels of the place. */
  readonly labels: Labels
  readonly value: number
  readonly state: string | null
  /** The threshold of the alert there, while it is active. */
  readonly threshold: number | null
}

/** A query for the evidence at these places. */
export function evidenceQuery(sureness: Sureness, places: readonly JudgedPlace[]): string {
  const { low, high, beyond, fast, middle, lastOperation } = sureness
  const matchers = names.seriesLabels.map((label) =>
    oneOf(
      label,
      places.map(({ labels }) => labels[label] ?? ''),
    ),
  )
  return `{${[oneOf('__name__', [low, high, beyond, fast, middle, lastOperation]), ...matchers].join(', ')}}`
}

/**
 * The evidence at a place, of the answer to `evidenceQuery`.
 * @param severity level of the alert
 */
export function evidenceAt(
  place: JudgedPlace,
  samples: readonly Sample[],
  { sureness, worst }: Pick<Judged, 'worst'> & { readonly sureness: Sureness },
  severity: string | undefined,
): Evidence | null {
  const here = samples.filter(({ labels }) =>
    names.seriesLabels.every((name) => (labels[name] ?? '') === (place.labels[name] ?? '')),
  )
  if (here.length === 0) return null
  const newest = (name: string) =>
    here.find(
      ({ labels }) =>
        labels.__name__ === name && [undefined, severity].includes(labels[names.label.severity]),
    )?.value ?? null
  const bounds = { least: newest(sureness.low), most: newest(sureness.high) }
  const allowed = sureness.allowed ?? null
  const lane = isProvenByFast(place, bounds, newest(sureness.beyond), allowed, worst) ? 'fast' : 'middle'
  return {
    of: allowed === null ? 'value' : 'share',
    ...bounds,
    allowed,
    lane,
    operations: newest(sureness[lane]),
    last_operation: newest(sureness.lastOperation),
  }
}

/** Whether all that is known is beyond the threshold, but not yet what the middle lane remembers. */
function isProvenByFast(
  { state, threshold, value }: JudgedPlace,
  { least, most }: Pick<Evidence, 'least' | 'most'>,
  beyond: number | null,
  allowed: number | null,
  worst: Judged['worst'],
): boolean {
  if (state === null) return false
  if (allowed !== null) return least !== null && least >= allowed && beyond !== null && beyond < allowed
  if (threshold === null) return false
  return worst === 'lowest'
    ? most !== null && most <= threshold && value > threshold
    : least !== null && least >= threshold && value < threshold
}

/** A matcher for the values of a label, as RE2 and PromQL read it. */
function oneOf(label: string, values: readonly string[]): string {
  const escaped = [...new Set(values)].map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return `${label}=~${JSON.stringify(escaped.join('|'))}`
}
