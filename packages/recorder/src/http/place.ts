import { z } from 'zod'

/** Kind of operation, in answers about one place. */
export const operationAnswer = z
  .string()
  .describe('Kind of operation, such as `search`. Empty where the metric has none.')
