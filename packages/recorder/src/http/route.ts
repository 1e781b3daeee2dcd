import type { Context } from 'hono'
import type { z } from 'zod'
import type { Access, Key } from './access.js'
import type { Body } from './body.js'

/**
 * A route of the HTTP API: everything that a caller can know of it, and what answers. Routing, validation, the OpenAPI
 * document, the CLI's client and the page's types are made from this one object.
 *
 * Why this is written here: `@hono/zod-openapi` and `hono-openapi` describe routes well, but their validators read a
 * body by themselves, so that size limits, the budget of all bodies and gzip would stand apart from the contract; they
 * fix a query's schema at start, while ours follows the KPIs of a configuration that changes; and types for a client
 * come only with Hono's own client and the type of the app. zod 4 writes JSON Schema itself, so little is left to write.
 */
export interface Route<
  Method extends 'GET' | 'POST' | 'PUT',
  Path extends string,
  Params extends z.ZodRawShape,
  Query extends QueryOption,
  BodySchema extends z.ZodType,
  Answer extends z.ZodType | undefined,
  Needs,
> {
  readonly method: Method
  /** As OpenAPI writes it: `/api/episodes/{id}`. A parameter `{+page}` may hold slashes (RFC 6570). */
  readonly path: Path
  readonly summary: string
  readonly access: Access
  /** A schema for each parameter of the path. What does not fit is answered with 404. */
  readonly params?: Params
  /** A schema for each query parameter; unknown ones are refused. Left out, there are none. */
  readonly query?: Query
  readonly body?: Body<BodySchema>
  /** What its JSON is. Left out where it answers no JSON. Objects are strict: an answer holds nothing else. */
  readonly answer?: Answer
  /** Other media types that it answers with. */
  readonly media?: readonly string[]
  /** Status codes of refusals, beside those that every route of its kind has. */
  readonly refusals?: readonly number[]
  /** Whether an answer means that the caller has to wait: it comes with 503 then. */
  readonly isUnready?: (answer: DataOf<Answer>) => boolean
  /** Whether it leads to another address, with 303, and answers nothing else. */
  readonly isRedirect?: boolean
  /** Whether it answers 304 to a caller who has the newest answer. */
  readonly isCached?: boolean
  /** A request that works, where one without parameters does not. */
  readonly example?: ExampleOf<Params, Query, BodySchema>
  /** Called when a request fails, refused ones included. */
  readonly onFailure?: (needs: Needs) => void
  /**
   * The services that a request concerns; undefined for one that is not known. A key that is limited to services may send
   * it if it is for each of them, and nothing else is read or changed by it. Left out: such a key may not send it.
   */
  readonly services?: (
    request: RouteRequest<Params, Query, BodySchema>,
    needs: Needs,
  ) => MaybePromise<readonly (string | undefined)[]>
  /** @returns the answer's data, or a response where it is not JSON */
  readonly handle: (
    request: RouteRequest<Params, Query, BodySchema>,
    needs: Needs,
  ) => MaybePromise<DataOf<Answer> | Response>
}

/** Query parameters, some of which may depend on the KPIs of the configuration. */
export type QueryOption = z.ZodRawShape | ((kpiIds: readonly string[]) => z.ZodRawShape)

export type QueryShape<Query> = Query extends (kpiIds: readonly string[]) => infer Shape ? Shape : Query

/** A request, validated. */
export interface RouteRequest<
  Params extends z.ZodRawShape,
  Query extends QueryOption,
  BodySchema extends z.ZodType,
> {
  readonly params: Parsed<Params>
  readonly query: Parsed<QueryShape<Query>>
  readonly body: z.output<BodySchema>
  /** For headers. */
  readonly context: Context
  /** Who sends it; undefined without a key. */
  readonly caller: Key | undefined
}

interface ExampleOf<Params extends z.ZodRawShape, Query extends QueryOption, BodySchema extends z.ZodType> {
  readonly params?: Given<Params>
  readonly query?: Given<QueryShape<Query>>
  readonly body?: z.input<BodySchema>
}

type Parsed<Shape> = Shape extends z.ZodRawShape ? z.output<z.ZodObject<Shape>> : never
type Given<Shape> = Shape extends z.ZodRawShape ? z.input<z.ZodObject<Shape>> : never
type MaybePromise<Value> = Value | Promise<Value>

/** Data that is never changed. */
export type Frozen<Value> = Value extends (...args: never[]) => unknown
  ? Value
  : Value extends object
    ? { readonly [Key in keyof Value]: Frozen<Value[Key]> }
    : Value

/** The data that a schema describes. */
export type DataOf<Schema> = Schema extends z.ZodType ? Frozen<z.output<Schema>> : never

/** Any route that needs no more than `Needs`. */
// biome-ignore lint/suspicious/noExplicitAny: each route has different types
export type AnyRoute<Needs = any> = Route<'GET' | 'POST' | 'PUT', string, any, any, any, any, Needs>

/** Describes a route; see `Route`. What its handler needs is the type of the handler's second parameter. */
export function route<
  const Method extends 'GET' | 'POST' | 'PUT',
  const Path extends string,
  Needs,
  Answer extends z.ZodType | undefined = undefined,
  Params extends z.ZodRawShape = Record<never, never>,
  Query extends QueryOption = Record<never, never>,
  BodySchema extends z.ZodType = z.ZodUndefined,
>(
  definition: Route<Method, Path, Params, Query, BodySchema, Answer, Needs>,
): Route<Method, Path, Params, Query, BodySchema, Answer, Needs> {
  return definition
}
