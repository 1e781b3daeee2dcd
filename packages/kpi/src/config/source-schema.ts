import * as z from 'zod'
import { isKnownUnit } from '../prometheus-name.js'
import { type PublishedMetricName, publishedMetricNames, publishedMetrics } from '../source/presets.js'
import type { KpiSource, SourceSelection } from '../source/source.js'
import { nearest } from './issues.js'

const metric = z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, {
  error:
    'expected the name that the metric has in Prometheus, such as "gen_ai_client_operation_duration_seconds"',
})

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, {
  error: 'expected the name that the label has in Prometheus, such as "gen_ai_request_model"',
})

const texts = z.union([z.string(), z.array(z.string()).min(1)], {
  error: 'expected a text or a list of texts',
})

const where = z.record(
  labelName,
  z.union([z.string(), z.array(z.string()).min(1), z.strictObject({ not: texts })], {
    error: 'expected a text, a list of texts, or { not: … } of one of them',
  }),
)

const selection = z.strictObject({ metric, where: where.optional() })

const fixed = z.strictObject({ value: z.union([z.string().min(1).max(128), z.number()]) })
const label = z.union([labelName, fixed], {
  error: 'expected the name of a label in Prometheus, or { value: … } for all series',
})

/** Where the measurements of a KPI come from, if another program publishes them. */
export const sourceSchema = z.strictObject({
  preset: z
    .enum(publishedMetricNames as [PublishedMetricName, ...PublishedMetricName[]], { error: unknownPreset })
    .optional(),
  metric: metric.optional(),
  where: where.optional(),
  counted: selection.optional(),
  others: selection.optional(),
  promql: z.string().trim().min(1).max(10_000).optional(),
  unit: z
    .string()
    .refine(isKnownUnit, { error: 'expected a UCUM unit such as "ms", "s", "By", "1" or "{token}"' })
    .optional(),
  boundaries: z.array(z.number()).min(2).max(200).optional(),
  labels: z
    .strictObject({
      service: label.optional(),
      model: label.optional(),
      operation: label.optional(),
      contextSize: label.optional(),
    })
    .optional(),
})

/** Names the published metric that was probably meant: the given text is too long to be shown. */
function unknownPreset({ input }: { input?: unknown }): string {
  const meant = typeof input === 'string' ? nearest(input, publishedMetricNames) : undefined
  return meant === undefined
    ? `expected one of ${publishedMetricNames.join(', ')}, or an object with the metric`
    : `no such published metric; did you mean "${meant}"?`
}

type Given = z.output<typeof sourceSchema>

/** The short form of a source, the name of a published metric, as the long one. */
export function withSourceObject(declaration: unknown): unknown {
  if (typeof declaration !== 'object' || declaration === null || !('source' in declaration))
    return declaration
  const { source } = declaration
  return typeof source === 'string' ? { ...declaration, source: { preset: source } } : declaration
}

/**
 * A source with the defaults of its preset.
 * @param unit of the KPI, which is the source's unless it says another
 */
export function resolveSource({ preset, ...given }: Given, unit: string): KpiSource {
  const published = preset === undefined ? undefined : publishedMetrics[preset]
  const whole = (selected: Given['counted']): SourceSelection | undefined =>
    selected && { metric: selected.metric, where: selected.where ?? {} }
  const all = {
    unit: published?.unit ?? unit,
    ...published,
    ...given,
    ...(given.metric === undefined && published === undefined
      ? {}
      : { where: { ...published?.where, ...given.where } }),
    counted: whole(given.counted),
    others: whole(given.others),
    labels: { ...published?.labels, ...given.labels },
  }
  return Object.fromEntries(
    Object.entries(all).filter(([, value]) => value !== undefined),
  ) as unknown as KpiSource
}
