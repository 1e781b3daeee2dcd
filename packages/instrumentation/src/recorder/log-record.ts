import { names } from '@mnemoscope/kpi'
import type { Metadata } from '../record/handle-types.js'
import type { TakenMeasurement } from '../record/listeners.js'

/**
 * A log record in OTLP's JSON encoding: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 * The text is a copy, so it keeps no objects of the application in memory.
 */
export interface EncodedRecord {
  readonly json: string
  /** Length of the text in UTF-8. */
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
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } }
  /** Null. */
  | Readonly<Record<string, never>>

/** Limits of a measurement's metadata: number of entries, and characters of each value. */
const mostMetadata = 64
const longestText = 2_048
/** Limit of a key's length. The recorder refuses a request with a longer key. */
const longestKey = 512

/** Attributes of the record. Metadata with the same name would replace them, so it is omitted. */
const ownKeys: ReadonlySet<string> = new Set(Object.values(names.measurementAttribute))

/** Size limit of a record. Metadata beyond it is omitted. */
export const mostRecordBytes = 64 * 1_024

/** How a measurement was chosen to be sent. */
export interface Choice {
  /** Whether it is at or beyond a threshold: such a measurement is always sent. */
  readonly breach: boolean
  /** Share of the others that are sent, 0 to 1. */
  readonly sampling: number
}

/**
 * How many measurements one that was sent stands for: the inverse of its probability to be sent, so that sums over what was
 * sent estimate sums over all (Horvitz and Thompson, 1952, JASA 47, 663-685).
 */
export function weightOf({ breach, sampling }: Choice): number {
  return breach ? 1 : 1 / sampling
}

/**
 * A measurement as a log record. Lists and objects in its metadata stay what they are; those of more than 2,048
 * characters as JSON become a text that is cut. Values that JSON can't hold are omitted.
 * @param choice why it is sent
 * @param sequence distinguishes measurements of the same millisecond; below 1,000,000
 */
export function logRecord(measurement: TakenMeasurement, choice: Choice, sequence: number): EncodedRecord {
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
    { key: name.weight, value: { doubleValue: weightOf(choice) } },
    { key: name.sampling, value: { doubleValue: choice.sampling } },
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
  // `join` makes a flat string. V8 keeps the parts of a string that is made with `+`.
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
    if (json === undefined) return undefined
    return json.length > longestText
      ? { stringValue: json.slice(0, longestText) }
      : jsonValue(JSON.parse(json))
  } catch {
    return undefined
  }
}

/** A value that JSON can hold. */
function jsonValue(value: unknown): AnyValue {
  if (value === null) return {}
  if (Array.isArray(value)) return { arrayValue: { values: value.map(jsonValue) } }
  if (typeof value === 'object') {
    const values = Object.entries(value).map(([key, each]) => ({ key, value: jsonValue(each) }))
    return { kvlistValue: { values } }
  }
  return typeof value === 'number'
    ? { doubleValue: value }
    : typeof value === 'boolean'
      ? { boolValue: value }
      : { stringValue: String(value) }
}

/** The getters of the caller's objects can throw. */
function readSafely(metadata: Metadata, key: string): unknown {
  try {
    return metadata[key]
  } catch {
    return undefined
  }
}
