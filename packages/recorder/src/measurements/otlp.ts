import { z } from 'zod'

/** Values of attributes that are kept; arrays and maps become JSON texts. */
export type Attributes = Readonly<Record<string, string | number | boolean>>

/** Longest text of an attribute; a longer one is cut, as it is only metadata. */
const longestText = 4_096
const mostAttributes = 128
const mostRecords = 20_000

/** In OTLP's JSON, 64-bit integers are texts; some senders write numbers all the same. */
const integer = z.union([z.string().regex(/^-?\d{1,19}$/), z.int()]).transform(String)

const anyValue = z.object({
  stringValue: z.string().optional(),
  boolValue: z.boolean().optional(),
  intValue: integer.optional(),
  /** Null is what JavaScript makes of a NaN: one such value must not cost the whole batch. */
  doubleValue: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']), z.null()]).optional(),
  arrayValue: z.unknown().optional(),
  kvlistValue: z.unknown().optional(),
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

function plainValue(value: z.output<typeof anyValue>): string | number | boolean | undefined {
  if (value.stringValue !== undefined) return value.stringValue.slice(0, longestText)
  if (value.boolValue !== undefined) return value.boolValue
  if (value.intValue !== undefined) return Number(value.intValue)
  if (value.doubleValue !== undefined) return Number(value.doubleValue ?? Number.NaN)
  const nested = value.arrayValue ?? value.kvlistValue
  return nested === undefined ? undefined : JSON.stringify(nested).slice(0, longestText)
}
