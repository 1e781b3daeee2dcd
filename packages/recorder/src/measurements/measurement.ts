import { createHash } from 'node:crypto'
import {
  type Config,
  contextSizeClass,
  countedValue,
  type Kpi,
  names,
  type Place,
  refusalOf,
  retentionOf,
  severityOf,
  type ThresholdSeverity,
  thresholdsAt,
} from '@mnemoscope/kpi'
import { kpiOf } from '../config/source.js'
import { figureOf } from '../database/figure.js'
import { storableName, storableText } from '../database/text.js'
import { type Attributes, attributesOf, type LogRecord } from './otlp.js'

/** One measurement as it is stored. */
export interface Measurement {
  readonly id: string
  readonly at: Date
  readonly kpi: string
  readonly value: number | null
  readonly outcome: string | null
  readonly service: string
  readonly model: string
  readonly contextSize: string
  readonly operation: string
  readonly severity: ThresholdSeverity | null
  /** How many measurements it stands for; at least 1. */
  readonly weight: number
  /** Share of the measurements that are no breaches that its service sent, 0 to 1. */
  readonly sampling: number
  readonly traceId: string | null
  readonly spanId: string | null
  readonly metadata: Attributes
}

const { measurementEvent: event, measurementAttribute: attribute } = names

/** Times further ahead are mistakes, and each day would get its own partition. */
const mostAheadMs = 3_600_000

/**
 * A measurement from an OpenTelemetry log record.
 * @param service `service.name` of the record's resource
 * @returns the measurement, or one sentence that says why the record is not one
 */
export function measurementOf(
  record: LogRecord,
  service: string,
  config: Config,
  now: number,
): Measurement | string {
  const attributes = attributesOf(record.attributes)
  if ((record.eventName || attributes['event.name']) !== event) {
    return `its event name is not ${event}`
  }
  const nanos = BigInt(record.timeUnixNano || '0') || BigInt(record.observedTimeUnixNano || '0')
  const at = Number(nanos / 1_000_000n)
  const oldest = now - retentionOf(config).measurementsDays * 86_400_000
  if (at < oldest || at > now + mostAheadMs) return 'its time is before the retention or in the future'
  const kpiId = String(attributes[attribute.kpi] ?? '')
  const kpi = kpiOf(config.kpis, kpiId)
  if (kpi === undefined) return `the configuration has no KPI ${JSON.stringify(kpiId.slice(0, 64))}`
  const given = attributes[attribute.value]
  const refusal = refusalOf(kpi, given)
  if (refusal !== undefined) return `its value is refused: ${refusal}`
  const place = placeOf(attributes, config)
  if (place === undefined) return `it has no ${attribute.model} or no ${attribute.contextSize}`
  const choice = choiceOf(attributes)
  if (typeof choice === 'string') return choice
  const value = typeof given === 'number' ? figureOf(countedValue(kpi, given)) : shareOf(kpi, String(given))
  if (typeof given === 'number' && value === null) return 'its value is refused: out_of_range'
  return {
    id: idOf(record, service, nanos),
    at: new Date(at),
    kpi: kpi.id,
    value,
    outcome: kpi.outcomes === undefined ? null : String(given),
    service: storableName(service),
    ...place,
    ...choice,
    severity: value === null ? null : (severityOf(kpi.direction, thresholdsAt(kpi, place), value) ?? null),
    traceId: hexOrNull(record.traceId, 32),
    spanId: hexOrNull(record.spanId, 16),
    metadata: metadataOf(attributes),
  }
}

/** Greater ones are mistakes: a sample of one in a billion says nothing. */
const mostWeight = 1e9

/** How it was chosen to be sent. One that does not say it stands for itself, as if all had been sent. */
function choiceOf(attributes: Attributes): Pick<Measurement, 'weight' | 'sampling'> | string {
  const { [attribute.weight]: weight = 1, [attribute.sampling]: sampling = 1 } = attributes
  if (typeof weight !== 'number' || !(weight >= 1 && weight <= mostWeight))
    return `its ${attribute.weight} is not a number from 1 to ${mostWeight}`
  if (typeof sampling !== 'number' || !(sampling >= 0 && sampling <= 1))
    return `its ${attribute.sampling} is not a number from 0 to 1`
  return { weight, sampling }
}

function placeOf(attributes: Attributes, { contextSizes }: Config): Place | undefined {
  const model = attributes[attribute.model]
  const size = attributes[attribute.contextSize]
  if (typeof model !== 'string' || model === '' || size === undefined || size === '') return undefined
  const contextSize = typeof size === 'number' ? contextSizeClass(contextSizes, size) : String(size)
  const operation = String(attributes[attribute.operation] ?? '')
  return {
    model: storableName(model),
    contextSize: storableName(contextSize),
    operation: storableName(operation),
  }
}

/** What an outcome adds to its KPI's ratio; null for one that stays out of it. */
function shareOf(kpi: Kpi, outcome: string): number | null {
  if (kpi.outcomes?.excluded.includes(outcome)) return null
  return kpi.outcomes?.counted.includes(outcome) ? 1 : 0
}

function metadataOf(attributes: Attributes): Attributes {
  const own: readonly string[] = [...Object.values(attribute), 'event.name']
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([name]) => !own.includes(name))
      .map(([name, value]) => [storableText(name), typeof value === 'string' ? storableText(value) : value]),
  )
}

/** The same record has the same id however often it is sent, and two records differ in some field. */
function idOf(record: LogRecord, service: string, nanos: bigint): string {
  const content = JSON.stringify([service, String(nanos), record.attributes, record.traceId, record.spanId])
  return createHash('sha256').update(content).digest('hex').slice(0, 32)
}

function hexOrNull(text: string | undefined, length: number): string | null {
  return text?.length === length && /^[0-9a-fA-F]+$/.test(text) ? text.toLowerCase() : null
}
