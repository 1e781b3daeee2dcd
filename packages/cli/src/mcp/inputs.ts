import { z } from 'zod'

/** How far back a tool looks. */
export const hours = (usual: number) =>
  z
    .number()
    .min(0.01)
    .max(24 * 3_650)
    .default(usual)

/** Most rows of an answer. */
export const limit = (most: number, usual: number) => z.int().min(1).max(most).default(usual)

/** What narrows an answer to a place. */
export const place = {
  service: z.string().optional().describe('Only this service.'),
  model: z.string().optional().describe('Only this model.'),
  operation: z.string().optional().describe('Only this kind of operation, such as search.'),
}
