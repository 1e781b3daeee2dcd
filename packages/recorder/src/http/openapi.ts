import { z } from 'zod'
import { queryShape } from './query.js'
import type { AnyRoute, DataOf } from './route.js'

/** What a request that fails is answered with. */
export const errorAnswer = z.strictObject({
  error: z.strictObject({
    code: z.string().describe('One of those in docs/errors.md.'),
    message: z.string(),
    value: z.unknown().optional(),
    expected: z.string().optional(),
    next: z.string().optional().describe('What to do about it.'),
  }),
})

export type ErrorAnswer = DataOf<typeof errorAnswer>

export interface OpenApiOptions {
  readonly version: string
  readonly kpiIds: readonly string[]
}

/** Routes as an OpenAPI 3.1 document, from the schemas that they validate with. */
export function openApiDocument(routes: readonly AnyRoute[], { version, kpiIds }: OpenApiOptions) {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    const path = publishedPath(route.path)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, kpiIds) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mnemoscope recorder',
      description:
        'Snapshots, measurements and alert history of a memory system. Times in answers are Unix seconds.',
      version,
    },
    paths,
    components: {
      schemas: { Error: jsonSchema(errorAnswer, 'output') },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'MNEMOSCOPE_TOKEN of the recorder, or a key with the scope that the operation needs.',
        },
      },
    },
  }
}

export type OpenApiDocument = ReturnType<typeof openApiDocument>

/** A route's path as OpenAPI writes it, which knows no parameter with slashes. */
export function publishedPath(path: string): string {
  return path.replaceAll('{+', '{')
}

/** Status codes of refusals that a route's requests can have. */
export function refusalsOf({ access, params, body, refusals = [] }: AnyRoute): number[] {
  const codes = [
    // For a query parameter that the route does not have, if for nothing else.
    400,
    ...(access === 'open' ? [] : [401]),
    // For a wrong host name, and for a key without the scope.
    403,
    ...(params === undefined ? [] : [404]),
    ...(body === undefined ? [] : [413, 415]),
    ...refusals,
    500,
    503,
  ]
  return [...new Set(codes)].toSorted((a, b) => a - b)
}

function operation(route: AnyRoute, kpiIds: readonly string[]): object {
  const { summary, params = {}, query = {}, body, answer, media = [], access, example } = route
  const answered = answer === undefined ? undefined : { schema: jsonSchema(answer, 'output') }
  const refusals = refusalsOf(route).map((status) => {
    const isUnready = status === 503 && route.isUnready !== undefined
    return [
      status,
      {
        description: isUnready
          ? 'Not ready; the answer says why.'
          : status >= 500
            ? 'What it needs does not answer; try again.'
            : 'Refused; the error says why.',
        content: {
          'application/json': isUnready ? answered : { schema: { $ref: '#/components/schemas/Error' } },
        },
      },
    ]
  })
  return {
    operationId: operationId(route),
    summary,
    parameters: [
      ...parametersIn('path', params, example?.params),
      ...parametersIn('query', queryShape(query, kpiIds), example?.query),
    ],
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: jsonSchema(body.schema, 'input'),
            ...(example?.body !== undefined && { example: example.body }),
          },
        },
      },
    }),
    // Either is enough: whether the recorder has a token is known when it runs.
    ...(access !== 'open' && {
      security: [
        { token: [access === 'metrics' ? 'read' : access] },
        ...(access === 'configure' ? [] : [{}]),
      ],
    }),
    responses: {
      ...(route.isRedirect
        ? { 303: { description: 'Leads to another address, in the header Location.' } }
        : {
            200: {
              description: 'As asked.',
              content: {
                ...(answered && { 'application/json': answered }),
                ...Object.fromEntries(media.map((type) => [type, { schema: { type: 'string' } }])),
              },
            },
          }),
      ...(route.isCached && { 304: { description: 'What If-None-Match names is the newest.' } }),
      ...Object.fromEntries(refusals),
    },
  }
}

function operationId({ method, path }: AnyRoute): string {
  const words = path.replaceAll(/[{}+]/g, '').match(/[a-z0-9]+/g) ?? []
  return [method.toLowerCase(), ...words].join('_')
}

function parametersIn(place: 'path' | 'query', shape: z.ZodRawShape, example: object = {}): object[] {
  const { properties = {}, required = [] } = jsonSchema(z.object(shape), 'input')
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as { description?: string }
    return {
      name,
      in: place,
      required: required.includes(name),
      ...(description && { description }),
      schema: rest,
      ...(name in example && { example: example[name as keyof typeof example] }),
    }
  })
}

/**
 * @param io `input` for what a caller may send, so that what is filled in afterwards is not asked of them; `output` for
 *   what is answered, which says that an answer holds nothing else
 */
function jsonSchema(
  schema: z.ZodType,
  io: 'input' | 'output',
): { properties?: Record<string, unknown>; required?: string[] } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest as { properties?: Record<string, unknown>; required?: string[] }
}
