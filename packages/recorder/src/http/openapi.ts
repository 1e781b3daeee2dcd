import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { type Endpoint, endpoints } from './endpoints.js'
import { scopeShape } from './parameters.js'

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const errorSchema = z.object({
  error: z.object({
    code: z.string().describe('One of those in docs/errors.md.'),
    message: z.string(),
    value: z.unknown().optional(),
    expected: z.string().optional(),
    next: z.string().optional().describe('What to do about it.'),
  }),
})

/** The HTTP API as an OpenAPI 3.1 document, from the schemas that the routes validate with. */
export function openApiDocument(kpiIds: readonly string[]) {
  const paths: Record<string, Record<string, object>> = {}
  for (const endpoint of endpoints(kpiIds)) {
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method]: operation(endpoint) }
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
      schemas: { Error: jsonSchema(errorSchema) },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'MNEMOSCOPE_TOKEN of the recorder. Where it has none, no request needs one.',
        },
      },
    },
  }
}

function operation(endpoint: Endpoint): object {
  const {
    summary,
    query,
    body,
    answer,
    contentTypes = ['application/json'],
    refusals = [],
    unready,
  } = endpoint
  const described = answer === undefined ? { type: 'object' } : jsonSchema(answer)
  const content = contentTypes.map((type) => [
    type,
    { schema: type === 'application/json' ? described : { type: 'string' } },
  ])
  const isWriting = endpoint.method !== 'get'
  const refused = [400, ...(isWriting ? [401] : []), ...refusals, 503].map((status) => [
    status,
    {
      description:
        status === 503 ? 'What it needs does not answer; try again.' : 'Refused; the error says why.',
      content: {
        'application/json': {
          schema:
            status === 503 && unready !== undefined
              ? jsonSchema(unready)
              : { $ref: '#/components/schemas/Error' },
        },
      },
    },
  ])
  return {
    operationId: operationId(endpoint),
    summary,
    parameters: [...pathParameters(endpoint.path), ...(query === undefined ? [] : queryParameters(query))],
    ...(body !== undefined && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body) } } },
    }),
    // Either is enough: whether the recorder has a token is known when it runs.
    ...(isWriting && { security: [{ token: [] }, {}] }),
    responses: {
      200: { description: 'As asked.', content: Object.fromEntries(content) },
      ...Object.fromEntries(refused),
    },
  }
}

function operationId({ method, path }: Endpoint): string {
  const words = path.replaceAll(/[{}]/g, '').match(/[a-z0-9]+/g) ?? []
  return [method, ...words].join('_')
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(query: z.ZodRawShape): object[] {
  const { properties = {}, required = [] } = jsonSchema(z.object({ ...scopeShape, ...query }))
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as { description?: string }
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description && { description }),
      schema: rest,
    }
  })
}

/** What a caller may send, so that what is filled in or converted afterwards is not asked of them. */
function jsonSchema(schema: z.ZodType): { properties?: Record<string, unknown>; required?: string[] } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return rest as { properties?: Record<string, unknown>; required?: string[] }
}
