import type pg from 'pg'
import { z } from 'zod'
import { limit, scopeOf, windowQuery } from '../http/query.js'
import { type DataOf, route } from '../http/route.js'

export interface Needs {
  readonly readers: pg.Pool
}

const entryAnswer = z.strictObject({
  at: z.number().describe('Unix seconds.'),
  by: z.string().nullable().describe('Name of the key; null for a request without a valid one.'),
  sender: z.string().nullable().describe("Address that it came from: a proxy's, if there is one."),
  operation: z.string().describe('Method and path, or what was done with which key.'),
  scope: z
    .string()
    .describe(
      'What a key must have to do this; for a change of a key what the key has, and for which services.',
    ),
  allowed: z.boolean().describe('false: it changed nothing.'),
  code: z.string().nullable().describe('Code of the error; null where it was allowed.'),
  unlogged: z.number().int().describe('Refusals of the same sender before this one that have no entry.'),
})
export type AuditedRequest = DataOf<typeof entryAnswer>

export const auditRoutes = [
  route({
    method: 'GET',
    path: '/api/audit',
    summary:
      'Who changed something over HTTP, who was refused, and which keys were made and revoked, newest first.',
    // It names people and addresses.
    access: 'configure',
    query: { ...windowQuery, limit: limit(1_000, 100) },
    answer: z.strictObject({ entries: z.array(entryAnswer) }),
    async handle({ query }, { readers }: Needs) {
      const { from, to } = scopeOf(query)
      const { rows } = await readers.query<AuditedRequest>(
        `SELECT extract(epoch FROM at)::float8 AS at, by, sender, operation, scope, allowed, code, unlogged
         FROM audit_log WHERE at >= $1 AND at <= $2 ORDER BY audit_log.at DESC LIMIT $3`,
        [from, to, query.limit],
      )
      return { entries: rows }
    },
  }),
] as const
