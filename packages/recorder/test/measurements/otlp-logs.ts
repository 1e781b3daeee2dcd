import { gzipSync } from 'node:zlib'
import { names } from '@mnemoscope/kpi'

export type Value = string | number | boolean

/** When the records of a test file were measured, Unix ms. */
export const now = Date.now()

/** A log record as an OpenTelemetry SDK sends it. */
export function record(attributes: Record<string, Value>, at = now, event: string = names.measurementEvent) {
  return {
    timeUnixNano: `${at}000000`,
    eventName: event,
    traceId: '0123456789abcdef0123456789abcdef',
    spanId: '0123456789abcdef',
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: anyValue(value) })),
  }
}

function anyValue(value: Value) {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}

/** Attributes of an F1 score of `model-a`. */
export const f1 = (value: number, more: Record<string, Value> = {}) => ({
  'mnemoscope.kpi': 'f1_score',
  'mnemoscope.value': value,
  'mnemoscope.model': 'model-a',
  'mnemoscope.context_size': '8192',
  ...more,
})

export const ofMemory = { 'service.name': 'memory' }

export interface SendOptions {
  /** Whether the body is packed by gzip. */
  readonly isPacked?: boolean
  /** Default `ofMemory`. */
  readonly resource?: Readonly<Record<string, string>>
  /** Default none. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends records to a recorder as OTLP. */
export async function sendLogs(
  url: string,
  records: unknown[],
  { isPacked = false, resource: attributes = ofMemory, headers = {} }: SendOptions = {},
) {
  const resource = {
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } })),
  }
  const text = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: records }] }] })
  const response = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      ...(isPacked && { 'content-encoding': 'gzip' }),
    },
    body: isPacked ? gzipSync(text) : text,
  })
  return { status: response.status, body: await response.json() }
}
