import { names } from '@mnemoscope/kpi'
import type { Metadata } from '../handle/handle-types.js'
import type { TakenMeasurement } from '../reactions/measurements.js'

/**
 * A log record in OTLP's JSON encoding: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * As text it is a copy, which keeps nothing alive that the application gave.
 */
export interface EncodedRecord {
  readonly json: string
  /** Of the text in UTF-8. */
  readonly bytes: number
}

interface KeyValue {
  readonly key: string
  readonly value: AnyValue
}

type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly doubleValue: number }

/** What is kept of a measurement's metadata: so many entries, so many characters of each. */
const mostMetadata = 64
const longestText = 2_048
/** The recorder refuses a whole request for one key that is longer. */
const longestKey = 512

/** What a record says itself: metadata of such a name would take its place. */
const ownKeys: ReadonlySet<string> = new Set(Object.values(names.measurementAttribute))

/** A record is no larger; metadata for which there is no room is left out. */
export const mostRecordBytes = 64 * 1_024

/**
 * A measurement as a log record. Metadata that is no text, number or boolean becomes JSON; what JSON can't hold is left out.
 * @param sequence tells measurements of the same millisecond apart, below 1,000,000
 */
export function logRecord(measurement: TakenMeasurement, sequence: number): EncodedRecord {
  const { kpi, value, model, contextSize, operation, at, metadata, traceId, spanId } = measurement
  const { measurementAttribute: name } = names
  const head = JSON.stringify({
    timeUnixNano: String(BigInt(Math.trunc(at)) * 1_000_000n + BigInt(sequence)),
    eventName: names.measurementEvent,
    traceId,
    spanId,
  }).slice(0, -1)
  const own: KeyValue[] = [
    { key: name.kpi, value: { stringValue: kpi } },
    { key: name.value, value: typeof value === 'number' ? { doubleValue: value } : { stringValue: value } },
    { key: name.model, value: { stringValue: model } },
    { key: name.contextSize, value: { stringValue: contextSize } },
    { key: name.operation, value: { stringValue: operation } },
  ]
  const attributes = own.map((each) => JSON.stringify(each))
  let bytes = Buffer.byteLength(`${head},"attributes":[${attributes.join(',')}]}`)
  for (const entry of metadataOf(metadata)) {
    const json = JSON.stringify(entry)
    const more = Buffer.byteLength(json) + 1
    if (bytes + more > mostRecordBytes) continue
    attributes.push(json)
    bytes += more
  }
  // Joined, not added up: a sum of texts would keep its parts.
  return { json: [head, ',"attributes":[', attributes.join(','), ']}'].join(''), bytes }
}

function metadataOf(metadata: Metadata | undefined): KeyValue[] {
  if (typeof metadata !== 'object' || metadata === null) return []
  return Object.keys(metadata)
    .filter((key) => !ownKeys.has(key))
    .slice(0, mostMetadata)
    .flatMap((key) => {
      const value = anyValue(readSafely(metadata, key))
      return value === undefined ? [] : [{ key: key.slice(0, longestKey), value }]
    })
}

function anyValue(value: unknown): AnyValue | undefined {
  if (typeof value === 'string') return { stringValue: value.slice(0, longestText) }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'number') {
    return Number.isFinite(value) ? { doubleValue: value } : { stringValue: String(value) }
  }
  try {
    const json = JSON.stringify(value) as string | undefined
    return json === undefined ? undefined : { stringValue: json.slice(0, longestText) }
  } catch {
    return undefined
  }
}

/** The caller's objects may have getters that throw. */
function readSafely(metadata: Metadata, key: string): unknown {
  try {
    return metadata[key]
  } catch {
    return undefined
  }
}
