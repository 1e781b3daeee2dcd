import { severities } from '@mnemoscope/kpi'
import { z } from 'zod'
import { formats } from '../rows/format.js'
import { text } from './text.js'

/** Query parameters of each route beside the scope's: what the route validates and the OpenAPI document describes. */

const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual)

const episode = z.string().regex(/^[1-9]\d{0,17}$/, { error: 'expected the id of an episode' })

const rows = (kpiIds: readonly string[]) => ({
  kpi: z.enum(kpiIds).optional(),
  format: z
    .enum(formats)
    .default('json')
    .describe(
      'CSV and NDJSON are streams of all rows of the window. In CSV, a text that a spreadsheet would take for a formula has an apostrophe before it.',
    ),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000_000)
    .optional()
    .describe('Rows at the most. JSON: by default 100, at most 1,000. CSV and NDJSON: by default all.'),
  cursor: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,4000}$/, { error: 'expected next_cursor of the page before' })
    .optional()
    .describe('`next_cursor` of the page before; it brings its window along.'),
})

export const queries = {
  dashboard: {},
  episodes: (kpiIds: readonly string[]) => ({
    kpi: z.enum(kpiIds).optional(),
    level: z.enum(severities).optional(),
    alertname: text(512).optional().describe('Name of the alerting rule, in full.'),
    state: z.enum(['open', 'closed', 'any']).default('any'),
    limit: limit(1_000, 100),
    before: episode
      .optional()
      .describe('Only those after this one in the order of the answer: the next page.'),
  }),
  charts: { limit: limit(50, 8).describe('Lines of one chart.') },
  series: (kpiIds: readonly string[]) => ({ kpi: z.enum(kpiIds), limit: limit(100, 20) }),
  gaps: { limit: limit(1_000, 100) },
  configChanges: { limit: limit(1_000, 100) },
  deployments: { limit: limit(1_000, 100) },
  rows,
  analysis: (kpiIds: readonly string[]) => ({ kpi: z.enum(kpiIds).optional() }),
  measurements: (kpiIds: readonly string[]) => ({
    ...rows(kpiIds),
    episode: episode
      .optional()
      .describe('The worst measurements behind this alert instead, as one JSON page.'),
  }),
} as const
