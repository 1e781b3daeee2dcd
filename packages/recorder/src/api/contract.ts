import type { z } from 'zod'
import type { DataOf, QueryOption, QueryShape, Route } from '../http/route.js'
import type { routes } from './routes.js'

/**
 * The HTTP API as types, for the page and the CLI: `AnswerOf<'GET /api/dashboard'>` is what that route answers. An
 * operation is named by its method and its path, as in the routes and in the OpenAPI document.
 */
export type Api = {
  readonly [Each in (typeof routes)[number] as `${Each['method']} ${Each['path']}`]: PartsOf<Each>
}

export type Operation = keyof Api

/** What an operation answers as JSON; `never` where it answers none. */
export type AnswerOf<Name extends Operation> = Api[Name]['answer']

/** Query parameters of an operation, as a caller gives them; times are ISO 8601. */
export type QueryOf<Name extends Operation> = Api[Name]['query']

/** Body of an operation, as a caller gives it; undefined where it takes none. */
export type BodyOf<Name extends Operation> = Api[Name]['body']

/** Parameters of an operation's path. */
export type ParamsOf<Name extends Operation> = Api[Name]['params']

/** What every request that fails is answered with. */
export type { ErrorAnswer } from '../http/openapi.js'
/** The data of `hello` and `change` in the stream of `GET /api/events`. */
export type { EventState } from '../status/events.js'

type PartsOf<Each> =
  Each extends Route<
    infer _Method,
    infer _Path,
    infer Params,
    infer Query extends QueryOption,
    infer BodySchema,
    infer Answer,
    infer _Needs
  >
    ? {
        readonly params: { readonly [Name in keyof Params]: string }
        readonly query: GivenOf<QueryShape<Query>>
        readonly body: z.input<BodySchema>
        readonly answer: DataOf<Answer>
      }
    : never

/** Parameters of a URL; what has a default may be left out. */
type GivenOf<Shape> = Shape extends z.ZodRawShape ? Readonly<z.input<z.ZodObject<Shape>>> : never
