import type { Context } from 'hono'
import { z } from 'zod'
import type { Scope } from '../dashboard/scope.js'
import { RequestError } from './error.js'
import { text } from './text.js'

/** A window of at most ten years; longer ones are mistakes. */
const hours = z.coerce.number().gt(0).max(87_600)

/** Longer than any name that is stored. */
const mostInName = 512

const time = z.iso.datetime({ offset: true }).transform((given) => new Date(given))

/** Parameters of every question about a part of the history. */
export const scopeShape = {
  hours: hours.default(24).describe('Length of a window that ends now, or at `to`.'),
  from: time.optional().describe('ISO 8601; takes the place of `hours`.'),
  to: time.optional(),
  service: text(mostInName).optional(),
  model: text(mostInName).optional(),
  context_size: text(mostInName).optional(),
}

/** The request's query parameters by a schema; unknown ones are refused, as nothing would read them. */
export function readParameters<Shape extends z.ZodRawShape>(
  context: Context,
  shape: Shape,
): z.output<z.ZodObject<Shape & typeof scopeShape>> & { scope: Scope } {
  const parsed = z.strictObject({ ...scopeShape, ...shape }).safeParse(context.req.query())
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const parameter = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.')
    throw new RequestError(400, `query parameter ${parameter}: ${issue?.message}`, {
      value: context.req.query(),
      expected: issue?.message ?? 'known parameters',
      next: 'Correct the parameter.',
    })
  }
  const data = parsed.data as z.output<z.ZodObject<Shape & typeof scopeShape>> &
    z.output<z.ZodObject<typeof scopeShape>>
  const { to = new Date() } = data
  const from = data.from ?? new Date(to.getTime() - data.hours * 3_600_000)
  if (from >= to) {
    throw new RequestError(400, 'query parameter from: the window ends before it begins', {
      value: from.toISOString(),
      expected: `a time before ${to.toISOString()}`,
      next: 'Correct from, or to.',
    })
  }
  return {
    ...data,
    scope: {
      from,
      to,
      service: data.service,
      model: data.model,
      contextSize: data.context_size,
    },
  }
}
