import type { Context } from 'hono'
import { z } from 'zod'
import type { Scope } from '../database/scope.js'
import { isStorable } from '../database/text.js'
import { RequestError } from './error.js'
import type { QueryOption } from './route.js'

const error = 'expected text of complete characters, without NUL'

/** Text of a request that Postgres can hold, of at most so many characters. */
export const text = (most: number) => z.string().min(1).max(most).refine(isStorable, { error })

/** The same for what a person writes: without the space around it, and with something to see. */
export const writtenText = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .refine(isStorable, { error })
    .refine((given) => /[\p{L}\p{N}\p{P}\p{S}]/u.test(given), { error: 'expected something to read' })

/** The same for a name or a title: one line, in the order in which it is read. */
export const writtenLine = (most: number) =>
  writtenText(most).refine((given) => !/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(given), {
    error: 'expected one line, without control characters',
  })

/** How much to answer with. */
export const limit = (most: number, usual: number) => z.number().int().min(1).max(most).default(usual)

/** The id of an alert episode. */
export const episodeId = z
  .string()
  .regex(/^[1-9]\d{0,17}$/, { error: 'expected the id of an episode, as /api/episodes has it' })

/** Longest window, ten years: longer ones are mistakes. */
const mostHours = 87_600

/** Longer than any name that is stored. */
const mostInName = 512

const time = z.iso
  .datetime({ offset: true, error: 'expected ISO 8601 with a time zone, such as 2026-01-31T14:00:00Z' })
  .transform((given) => new Date(given))

/** Query parameters of every question about a time; `scopeOf` reads them. */
export const windowQuery = {
  hours: z
    .number()
    .gt(0)
    .max(mostHours)
    .default(24)
    .describe('Length of a window that ends now, or at `to`.'),
  from: time
    .optional()
    .describe(`ISO 8601; takes the place of \`hours\`. At most ${mostHours} hours before the end.`),
  to: time.optional().describe('ISO 8601; by default now.'),
}

/** The service that a question is about. */
export const serviceQuery = { service: text(mostInName).optional() }

/** The services of a question whose whole answer is about its `service`. */
export const askedService = ({ query }: { readonly query: { readonly service?: string | undefined } }) => [
  query.service,
]

/** Query parameters of every question about a part of the history; `scopeOf` reads them. */
export const scopeQuery = {
  ...windowQuery,
  ...serviceQuery,
  model: text(mostInName).optional(),
  context_size: text(mostInName).optional().describe('Class of context sizes: tokens, or +Inf.'),
  operation: text(mostInName).optional().describe('Kind of operation, such as `search`.'),
}

/**
 * The part of the history that a query asks about.
 * @throws RequestError 400 for a window that ends before it begins, or is too long
 */
export function scopeOf(
  query: z.output<z.ZodObject<typeof windowQuery>> & Partial<z.output<z.ZodObject<typeof scopeQuery>>>,
): Scope {
  const { to = new Date(), service, model, context_size: contextSize, operation } = query
  const from = query.from ?? new Date(to.getTime() - query.hours * 3_600_000)
  const earliest = new Date(to.getTime() - mostHours * 3_600_000)
  if (from < to && from >= earliest) return { from, to, service, model, contextSize, operation }
  const isLong = from < earliest
  const wrong = isLong ? `the window is longer than ${mostHours} hours` : 'the window ends before it begins'
  throw new RequestError(400, `query parameter from: ${wrong}`, {
    value: from.toISOString(),
    expected: isLong ? `a time since ${earliest.toISOString()}` : `a time before ${to.toISOString()}`,
    next: 'Correct from, or to.',
  })
}

const none: z.ZodRawShape = {}

/** The newest shape that each route's function has made. */
const shapes = new WeakMap<object, { readonly kpiIds: string; readonly shape: z.ZodRawShape }>()

/** The query parameters of a route, with those that depend on the KPIs: the same object while these are the same. */
export function queryShape(query: QueryOption = none, kpiIds: readonly string[]): z.ZodRawShape {
  if (typeof query !== 'function') return query
  const key = kpiIds.join()
  let made = shapes.get(query)
  if (made?.kpiIds !== key) {
    made = { kpiIds: key, shape: query(kpiIds) }
    shapes.set(query, made)
  }
  return made.shape
}

/** Kept, as zod takes half a millisecond for the first parse of each, which is more than all else of a quick request. */
const parsers = new WeakMap<z.ZodRawShape, z.ZodObject>()

function parserOf(shape: z.ZodRawShape, make: (shape: z.ZodRawShape) => z.ZodObject): z.ZodObject {
  const parser = parsers.get(shape) ?? make(shape)
  parsers.set(shape, parser)
  return parser
}

/**
 * A request's query parameters. Unknown ones are refused, and so is the second value of a known one: nothing would read
 * them. @throws RequestError 400
 */
export function readQuery(context: Context, shape: z.ZodRawShape): Record<string, unknown> {
  const repeated = Object.entries(context.req.queries()).find(([, values]) => values.length > 1)
  if (repeated !== undefined) {
    const [name, values] = repeated
    throw new RequestError(400, `query parameter ${name}: given ${values.length} times`, {
      value: values,
      expected: 'each parameter once',
      next: 'Send one value, or one request for each value.',
    })
  }
  const given = Object.entries(context.req.query()).map(([name, text]) => [name, readAs(text, shape[name])])
  const parsed = parserOf(shape, z.strictObject).safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const isUnknown = issue?.code === 'unrecognized_keys'
  const parameter = isUnknown ? issue.keys.join(', ') : issue?.path.join('.')
  const names = Object.keys(shape)
  const known = names.length === 0 ? 'no query parameters' : `one of ${names.join(', ')}`
  throw new RequestError(400, `query parameter ${parameter}: ${isUnknown ? 'unknown' : issue?.message}`, {
    value: context.req.query(),
    expected: isUnknown ? known : (issue?.message ?? known),
    next: 'Correct the parameter.',
  })
}

/** A number as JSON writes it. `Number` would also read blanks, hexadecimal digits, and no text at all as 0. */
const numberText = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

/** A parameter, which comes as text: a number where its schema has one, and the text is one. */
function readAs(text: string, schema: unknown): string | number {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return readAs(text, schema.unwrap())
  return schema instanceof z.ZodNumber && numberText.test(text) ? Number(text) : text
}

/** The parameters of a request's path. @throws RequestError 404 for what can't be one */
export function readParams(context: Context, shape: z.ZodRawShape): Record<string, unknown> {
  const parsed = parserOf(shape, z.object).safeParse(context.req.param())
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = issue?.path.join('.') ?? ''
  const value = context.req.param(name)
  throw new RequestError(404, `there is no ${context.req.path}: ${name} can't be ${JSON.stringify(value)}`, {
    value,
    expected: issue?.message ?? 'a known parameter',
    next: 'Correct the address.',
  })
}
