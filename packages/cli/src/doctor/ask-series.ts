import { z } from 'zod'
import { get, json, optional } from './ask.js'
import type { AskLists, AskQuery } from './sources.js'

const texts = z.record(z.string(), z.string())

const vectorSchema = z.object({
  result: z.array(z.object({ metric: texts, value: z.tuple([z.number(), z.string()]) })),
})

/** How a Prometheus is asked about its series. */
export function questionsTo(address: string): { readonly query: AskQuery; readonly lists: AskLists } {
  const list = async (path: string) => (await optional(address, path, z.array(z.string()))) ?? []
  return {
    query: async (query) => {
      const { status, text } = await get(address, `/api/v1/query?query=${encodeURIComponent(query)}`)
      const answer = z
        .object({ data: vectorSchema.optional(), error: z.string().optional() })
        .safeParse(json(text)).data
      if (status >= 300 || answer?.data === undefined) {
        throw new Error(answer?.error ?? `it answered with ${status}`)
      }
      return answer.data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    lists: {
      labelsOf: (selector) => list(`/api/v1/labels?match[]=${encodeURIComponent(selector)}`),
      metrics: () => list('/api/v1/label/__name__/values'),
      types: async (metric) => {
        const path = `/api/v1/metadata?metric=${encodeURIComponent(metric)}`
        const schema = z.record(z.string(), z.array(z.object({ type: z.string() })))
        const found = await optional(address, path, schema)
        return (found?.[metric] ?? []).map(({ type }) => type)
      },
    },
  }
}
