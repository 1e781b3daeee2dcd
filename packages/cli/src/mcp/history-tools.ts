import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { readRunbooks, runbookOf } from '@mnemoscope/recorder'
import { z } from 'zod'
import { ask } from '../recorder-client.js'
import { limit } from './inputs.js'
import { type Tool, tool } from './tool.js'

/** What the schema's own comments say of views and their columns. */
const dictionary = `
  SELECT c.relname AS view, obj_description(c.oid) AS about,
         json_object_agg(a.attname, concat_ws(': ', format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)) ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace AND has_table_privilege(c.oid, 'SELECT')
  GROUP BY c.oid, c.relname ORDER BY c.relname`

/** What to do about an alert, and questions that no other tool answers. */
export const historyTools: readonly Tool[] = [
  tool({
    name: 'runbook',
    title: 'Runbook',
    description:
      'What to do about a KPI or an alert of the pipeline: what it means, what to look at first, usual causes, how to fix it.',
    input: z.object({
      page: z
        .string()
        .describe(
          'The KPI, such as f1_score, or the last part of a runbook address, such as target-down.md.',
        ),
    }),
    async answer({ recorder }, { page }) {
      const [written, { config }] = await Promise.all([
        readRunbooks(),
        ask(recorder, 'GET /api/config', { has: 'config' }),
      ])
      const name = `${page.replace(/^.*\//, '').replace(/\.md$/, '').replaceAll('_', '-')}.md`
      const text = runbookOf(name, written, config as unknown as Parameters<typeof runbookOf>[2])
      if (text !== undefined) return { page: name, markdown: text }
      throw new MnemoscopeError('USAGE', `there is no runbook ${name}`, {
        value: page,
        expected: `one of ${[...written.keys()].join(', ')}`,
        next: 'Ask for one of these.',
      })
    },
  }),
  tool({
    name: 'history_views',
    title: 'Views of the history',
    description:
      'The views of the history in Postgres with their columns, units and meaning. Ask it before query_history.',
    input: z.object({}),
    isPossible: ({ query }) => query !== undefined,
    async answer({ query }) {
      const { rows } = await (query as NonNullable<typeof query>)(dictionary, 100)
      return { views: rows }
    },
  }),
  tool({
    name: 'query_history',
    title: 'Query the history',
    description:
      'One SELECT statement on the history in Postgres, for questions that the other tools do not answer. It runs as a role that only reads, for at ' +
      'most 10 seconds. Times are UTC. history_views has the views.',
    input: z.object({ sql: z.string().min(1).max(10_000), limit: limit(500, 100).describe('Most rows.') }),
    isPossible: ({ query }) => query !== undefined,
    async answer({ query }, { sql, limit: most }) {
      const { rows, isCut } = await (query as NonNullable<typeof query>)(sql, most)
      return { rows, has_more: isCut }
    },
  }),
]
