import { z } from 'zod'
import type { PrometheusClient } from './client.js'

/** One series of an instant query's answer; `value` may be NaN or infinite, as Prometheus has it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** One series with its samples: Unix times in ms, ascending, and values. */
export interface Matrix {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly { readonly at: number; readonly value: number }[]
}

const labels = z.record(z.string(), z.string())
const point = z.tuple([z.number(), z.string()])
const vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: labels, value: point })),
})
const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(z.object({ metric: labels, values: z.array(point) })),
})

/** An instant query's vector at `at`. */
export async function queryInstant(client: PrometheusClient, query: string, at: Date): Promise<Sample[]> {
  const data = await client.ask('api/v1/query', { query, time: seconds(at) })
  return vector.parse(data).result.map(({ metric, value: [, text] }) => ({
    labels: metric,
    value: parseValue(text),
  }))
}

/** The samples stored for a range selector such as `ALERTS[5m]`, at the times at which they were stored. */
export async function querySamples(client: PrometheusClient, selector: string, at: Date): Promise<Matrix[]> {
  return matrices(await client.ask('api/v1/query', { query: selector, time: seconds(at) }))
}

/**
 * The time by Prometheus' own clock, Unix ms. Samples carry its time, so what is asked of it goes by that: the clock of
 * this machine may be wrong, or be set while we run.
 */
export async function queryNow(client: PrometheusClient): Promise<number> {
  const { result } = vector.parse(await client.ask('api/v1/query', { query: 'vector(1)' }))
  return Math.round((result[0]?.value[0] ?? Number.NaN) * 1_000)
}

/** A query evaluated at every step from `from` to `to`, both included; at most 11,000 steps. */
export async function queryRange(
  client: PrometheusClient,
  query: string,
  range: { readonly from: Date; readonly to: Date; readonly stepSeconds: number },
): Promise<Matrix[]> {
  return matrices(
    await client.ask('api/v1/query_range', {
      query,
      start: seconds(range.from),
      end: seconds(range.to),
      step: String(range.stepSeconds),
    }),
  )
}

function matrices(data: unknown): Matrix[] {
  return matrix.parse(data).result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([time, text]) => ({ at: Math.round(time * 1_000), value: parseValue(text) })),
  }))
}

function seconds(at: Date): string {
  return (at.getTime() / 1_000).toFixed(3)
}

/** Prometheus writes `NaN`, `+Inf` and `-Inf`, which `Number` does not read. */
function parseValue(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  return Number(text)
}
