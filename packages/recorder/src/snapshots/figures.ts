import { z } from 'zod'

export const valueAnswer = z
  .number()
  .nullable()
  .describe("The KPI's statistic at that instant, by which it is judged; null while it is unknown.")

/** What a snapshot has of a KPI. */
export const snapshotFigures = {
  value: valueAnswer,
  samples: z
    .number()
    .nullable()
    .describe('Operations since the snapshot before, of a gauge its readings; null where none came.'),
  mean: z.number().nullable().describe('Mean over these operations; of outcomes their ratio.'),
  p50: z
    .number()
    .nullable()
    .describe('Median over the same operations; null unless the KPI is a distribution.'),
  p95: z.number().nullable().describe('95th percentile over the same operations.'),
  p99: z.number().nullable().describe('99th percentile over the same operations.'),
  max: z
    .number()
    .nullable()
    .describe(
      'Nothing measured was above: the upper boundary of the highest bucket in use. Null where something was ' +
        'beyond the last boundary, and unless the KPI is a distribution.',
    ),
} as const
