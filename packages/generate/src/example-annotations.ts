import { inUnit, type Kpi, type ThresholdSeverity } from '@mnemoscope/kpi'
import { limitText, messageAnnotation, quietWords } from './message-annotations.js'
import { badWords } from './message-operations.js'

/** What an example says of a breach. */
export interface ExampleBreach {
  readonly value: number
  readonly operations: number
  /** How many of them were bad. */
  readonly bad: number
  /** What people changed last: `deployment of demo 2.1 by ci, 29 Nov 12:01 UTC`. */
  readonly change?: string
  /** It ends because nothing is measured any more. */
  readonly isQuiet?: boolean
  /** What is known of the breach as a whole. */
  readonly course?: {
    readonly worst: number
    /** Where that was: `gpt-4o (search, 128k)`. */
    readonly worstPlace: string
    readonly places: number
    readonly since: Date
    /** Seconds. */
    readonly lasted: number
  }
}

/** Annotations of an alert of a threshold as Prometheus fills them in, for messages about a breach that never was. */
export function exampleAnnotations(
  kpi: Kpi,
  severity: ThresholdSeverity,
  { value, operations, bad, change, isQuiet, course }: ExampleBreach,
): Record<string, string> {
  return {
    [messageAnnotation.value]: shownExample(value, kpi),
    [messageAnnotation.limit]: limitText(kpi.thresholds[severity] ?? value, kpi.unit),
    [messageAnnotation.order]: order(value, kpi),
    ...(kpi.instrument === 'gauge'
      ? {}
      : {
          [messageAnnotation.operations]: `${operations} operations in 10 min, ${bad} of them ${badWords(kpi)}`,
        }),
    ...(change === undefined ? {} : { [messageAnnotation.change]: change }),
    ...(isQuiet ? { [messageAnnotation.quiet]: quietWords(kpi) } : {}),
    ...(course === undefined
      ? {}
      : {
          [messageAnnotation.worst]: shownExample(course.worst, kpi),
          [messageAnnotation.worstPlace]: course.worstPlace,
          [messageAnnotation.places]: String(course.places),
          [messageAnnotation.since]: since(course.since),
          [messageAnnotation.lasted]: lasted(course.lasted),
        }),
  }
}

/** A value as messages show it: `7.2s`. */
export function shownExample(value: number, { unit }: Kpi): string {
  const short = Number(value.toPrecision(3))
  return unit === 's' ? `${short}s` : inUnit(short, unit)
}

function order(value: number, { direction }: Kpi): string {
  const digits = value.toFixed(9).padStart(25, '0')
  const letters = 'jihgfedcba'
  return direction === 'higher_is_better'
    ? digits.replaceAll(/\d/g, (digit) => letters[Number(digit)] ?? '')
    : digits
}

function since(at: Date): string {
  const month = at.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })
  return `${at.getUTCDate()} ${month} ${at.toISOString().slice(11, 19)}`
}

/** As Prometheus writes it: `2m 30s`. */
function lasted(seconds: number): string {
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3_600)]
  if (minutes === 0) return `${seconds}s`
  return `${hours === 0 ? '' : `${hours}h `}${minutes % 60}m ${seconds % 60}s`
}
