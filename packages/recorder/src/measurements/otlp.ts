import { z } from 'zod'
import { storableText } from '../database/text.js'

/** A value that JSON can hold. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain }

/** Values of attributes that are kept. */
export type Attributes = Readonly<Record<string, Plain>>

/** Longest text of an attribute, and longest JSON of a list or map; a longer one is a text that is cut, as it is only metadata. */
const longestText = 4_096
const mostAttributes = 128
const mostRecords = 20_000

/** Levels of arrays and maps in an attribute; protocol buffers themselves stop at a hundred. */
const mostLevels = 100

/** In OTLP's JSON, 64-bit integers are texts; numbers are to be taken too, for what they can hold of them. */
const integer = z
  .union([
    z.string().regex(/^-?\d{1,19}$/),
    z.number().refine((number) => Number.isInteger(number) && Math.abs(number) <= 2 ** 63, {
      error: 'expected an integer of 64 bits',
    }),
  ])
  .transform((given) => String(BigInt(given)))

/** Arrays and maps, left out where they are nested too deeply to be written down. */
const nested = z.unknown().transform((value) => (hasLevels(value, mostLevels) ? value : undefined))

const anyValue = z.object({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: integer.optional(),
  /** Null is what JavaScript makes of a NaN: one such value must not cost the rest of the batch. */
  doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']), z.null()]).optional(),
  arrayValue: nested.optional(),
  kvlistValue: nested.optional(),
})

const keyValues = z
  .array(z.object({ key: z.string().max(512), value: anyValue.optional() }))
  .max(mostAttributes)

const logRecord = z.object({
  timeUnixNano: integer.optional(),
  observedTimeUnixNano: integer.optional(),
  eventName: z.string().optional(),
  attributes: keyValues.default([]),
  traceId: z.string().optional(),
  spanId: z.string().optional(),
})

/**
 * An export request of OpenTelemetry logs in OTLP's JSON encoding; what nothing here reads is left open.
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export const logsSchema = z
  .object({
    resourceLogs: z
      .array(
        z.object({
          resource: z.object({ attributes: keyValues.default([]) }).optional(),
          scopeLogs: z.array(z.object({ logRecords: z.array(logRecord).default([]) })).default([]),
        }),
      )
      .default([]),
  })
  .refine(
    ({ resourceLogs }) =>
      resourceLogs.reduce(
        (sum, { scopeLogs }) =>
          sum + scopeLogs.reduce((inner, { logRecords }) => inner + logRecords.length, 0),
        0,
      ) <= mostRecords,
    { error: `expected at most ${mostRecords} log records` },
  )

export type LogRecord = z.output<typeof logRecord>
export type KeyValues = z.output<typeof keyValues>

/** Attributes as plain values. */
export function attributesOf(given: KeyValues): Attributes {
  return Object.fromEntries(
    given.flatMap(({ key, value }) => {
      const plain = value === undefined ? undefined : plainValue(value)
      return plain === undefined ? [] : [[key, plain]]
    }),
  )
}

function plainValue(value: z.output<typeof anyValue>): Plain | undefined {
  if (value.stringValue !== undefined) return value.stringValue.slice(0, longestText)
  if (value.boolValue !== undefined) return value.boolValue
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.doubleValue !== undefined) return Number(value.doubleValue ?? Number.NaN)
  const sent = JSON.stringify(value.arrayValue ?? value.kvlistValue)
  // OTLP writes a name and a type beside each value.
  if (sent === undefined || sent.length > 10 * longestText) return sent?.slice(0, longestText)
  const nested = value.arrayValue === undefined ? mapOf(value.kvlistValue) : listOf(value.arrayValue)
  const json = JSON.stringify(nested)
  return json === undefined || json.length <= longestText ? nested : json.slice(0, longestText)
}

const valuesOf = z.object({ values: z.array(z.unknown()).default([]) })
const entry = z.object({ key: z.string(), value: z.unknown() })

function listOf(given: unknown): Plain | undefined {
  return valuesOf.safeParse(given).data?.values.map(nestedValue)
}

function mapOf(given: unknown): Plain | undefined {
  const entries = valuesOf.safeParse(given).data?.values.flatMap((each) => entry.safeParse(each).data ?? [])
  return (
    entries && Object.fromEntries(entries.map(({ key, value }) => [storableText(key), nestedValue(value)]))
  )
}

/** One without a value is null. */
function nestedValue(given: unknown): Plain {
  const value = anyValue.safeParse(given).data
  const plain = value === undefined ? undefined : plainValue(value)
  return typeof plain === 'string' ? storableText(plain) : (plain ?? null)
}

function hasLevels(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return most > 0 && Object.values(value).every((inner) => hasLevels(inner, most - 1))
}
