import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import { type FoundMeasurement, measurementAnswer } from '../measurements/found.js'
import { type Attribute, type Compared, whatDiffers } from './differs.js'
import { completed, type Operations, sidesOf, worstOperations } from './found.js'

/** A kept operation, with the way to its trace. */
export const behindOperation = measurementAnswer.extend({
  trace_url: z
    .string()
    .nullable()
    .describe('Its trace, by `endpoints.traces`. Null without that setting or without a trace.'),
})

/** Bad operations, some of the others, and what differs between them. */
export const behindAnswer = z.strictObject({
  worst: z.array(behindOperation).describe('The worst bad ones first.'),
  first: behindOperation.nullable().describe('The first bad one.'),
  typical: behindOperation.nullable().describe('The bad one in the middle of all bad values.'),
  others: z.array(behindOperation).describe('From the middle of the others, which are not bad.'),
  compared_with: z
    .enum(['others', 'before'])
    .describe('`before`: nearly all were bad, so the others are of the hour before.'),
  differs: z
    .array(
      z.strictObject({
        key: z.string().describe('A key of their metadata, or service, model, context_size, operation.'),
        value: z.string().describe('`acme`; of a number with many values `≥ 512`.'),
        bad: z.number().int().describe('Bad operations that have it.'),
        of_bad: z.number().int(),
        others: z.number().int().describe('Others that have it; of a sample, the number that it stands for.'),
        of_others: z.number().int(),
      }),
    )
    .describe(
      'What bad operations have more often than others, the surest first. Empty where it may be chance: once in a hundred ' +
        'questions about operations that do not differ, something is named.',
    ),
})
export type Behind = DataOf<typeof behindAnswer>
type BehindOperation = DataOf<typeof behindOperation>

const mostWorst = 5
const mostOthers = 3

/** @param startsAt start of the alert that they are behind */
export async function behind(
  pool: pg.Pool,
  operations: Operations,
  traces: Config['endpoints']['traces'],
  startsAt?: Date,
): Promise<Behind> {
  const [worst, sides] = await Promise.all([
    worstOperations(pool, operations, mostWorst),
    sidesOf(pool, operations, startsAt),
  ])
  const shown = (measurement: FoundMeasurement): BehindOperation => ({
    ...measurement,
    trace_url: traceUrl(traces, measurement),
  })
  const [firstBad, typicalBad] = [sides.bad.slice(0, 1), middleOf(sides.bad, 1)]
  const middle = middleOf(sides.others, mostOthers)
  const whole = (await completed(pool, [...firstBad, ...typicalBad, ...middle])).map(shown)
  const among = (some: readonly FoundMeasurement[]) =>
    some.flatMap(({ id }) => whole.find((each) => each.id === id) ?? [])
  return {
    worst: worst.map(shown),
    first: among(firstBad)[0] ?? null,
    typical: among(typicalBad)[0] ?? null,
    others: among(middle),
    compared_with: sides.comparedWith,
    differs: whatDiffers(sides.bad.map(compared), sides.others.map(compared)),
  }
}

/** Where there is nothing to look at. */
export const nothingBehind: Behind = {
  ...{ worst: [], first: null, typical: null, others: [], compared_with: 'others', differs: [] },
}

/** The address of a trace, by its template. */
export function traceUrl(
  template: string | undefined,
  { trace_id, span_id }: Pick<FoundMeasurement, 'trace_id' | 'span_id'>,
): string | null {
  if (template === undefined || trace_id === null) return null
  return template.replaceAll('{traceId}', trace_id).replaceAll('{spanId}', span_id ?? '')
}

function middleOf(measurements: readonly FoundMeasurement[], most: number): FoundMeasurement[] {
  const sorted = measurements.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))
  const from = Math.max(0, Math.floor((sorted.length - most) / 2))
  return sorted.slice(from, from + most)
}

function compared({ weight, metadata, service, model, context_size, operation }: FoundMeasurement): Compared {
  return { weight, attributes: { ...flat(metadata), service, model, context_size, operation } }
}

/** Longer texts are contents, not properties. */
const longestText = 200

/** Metadata by path: `{ user: { plan: 'free' } }` as `user.plan`. Lists have no one value. */
function flat(metadata: Readonly<Record<string, unknown>>, path = ''): Record<string, Attribute> {
  const entries = Object.entries(metadata).flatMap(([name, value]): [string, Attribute][] => {
    const key = path === '' ? name : `${path}.${name}`
    if (typeof value === 'string') return value.length <= longestText ? [[key, value]] : []
    if (typeof value === 'number' || typeof value === 'boolean') return [[key, value]]
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
    return Object.entries(flat(value as Record<string, unknown>, key))
  })
  return Object.fromEntries(entries)
}
