import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { configHash, defineConfig } from '@mnemoscope/kpi'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { anyRoutes } from '../../src/api/routes.js'
import { fixedConfig } from '../../src/config/source.js'
import type { OpenApiDocument } from '../../src/http/openapi.js'
import type { AnyRoute } from '../../src/http/route.js'
import { getJson } from '../plumbing/get-json.js'
import { startTestPrometheus } from '../plumbing/prometheus.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { seedEverything } from '../plumbing/seed.js'
import { waitFor } from '../plumbing/wait-for.js'
import { type Schema, unseen } from './unseen.js'

// Real servers on a busy machine take their time.
jest.setTimeout(120_000)

const token = 'of-my-own'
const config = defineConfig({
  endpoints: { traces: 'https://traces.example.com/{traceId}' },
  kpis: {
    f1_score: {
      overrides: [
        {
          ...{ model: 'm', operation: 'search', contextSize: 8_192 },
          thresholds: { warning: 0.9, error: 0.8, critical: 0.6 },
        },
      ],
    },
  },
  recorderScrapeTokenFile: '/where/prometheus/finds/it',
})
const minute = Math.floor(Date.now() / 60_000) * 60_000
const configSource = {
  ...fixedConfig(config),
  apply: async () => ({
    at: new Date(),
    by: 'ada',
    source: 'api' as const,
    config,
    sha256: configHash(config),
    previousSha256: undefined,
    differences: [{ path: 'kpis.f1_score.thresholds.warning', before: 0.8, after: 0.79 }],
  }),
  problem: () => ({ at: new Date(), code: 'CONFIG_INVALID', message: 'no', next: 'Correct it.' }),
}

let recorder: TestRecorder
let document: OpenApiDocument
// Another library than the one that makes the document. It leaves alone what OpenAPI adds to a schema.
const ajv = new Ajv2020({ strict: false, allErrors: true })

beforeAll(async () => {
  recorder = await startTestRecorder({ config, configSource, token }, seedEverything)
  document = (await getJson<OpenApiDocument>(`${recorder.url}/api/openapi.json`)).body
  ajv.addSchema(document, 'api')
})

afterAll(() => recorder?.stop())

/** Parts of answers that are null by what they are, by operation. */
const alwaysNull: Readonly<Record<string, readonly string[]>> = {
  // The token has no limit.
  'GET /api/session': ['.services'],
  'GET /api/dashboard': ['.open_alerts[].ends_at', '.open_alerts[].closed_how'],
  // Only ratios have outcomes, as those of the next one; and what is at or beyond no threshold has no level.
  'GET /api/episodes/{id}/operations': ['worst[]', 'first', 'typical', 'others[]'].map(
    (part) => `.${part}.outcome`,
  ),
  'GET /api/operations': ['.others[].severity'],
  // Without an Alertmanager; `npm run evidence` has one.
  'GET /api/episodes/{id}/notifications': ['receivers', 'silences', 'inhibited_by', 'mute_times'].map(
    (part) => `.${part}[]`,
  ),
  // The first one is open.
  'POST /api/incidents/{id}/acknowledge': ['.incident.ends_at'],
  'POST /api/incidents/{id}/comments': ['.incident.ends_at'],
  'POST /api/incidents/{id}/title': ['.incident.ends_at'],
  'POST /api/incidents/{id}/merge': ['.incident.ends_at'],
  // Without a Prometheus; `test/alerting/explain.suite.ts` has one.
  'GET /api/episodes/{id}/evidence': ['.began', '.newest'],
  // Without a Prometheus; `status/notices.test.ts` has one.
  'GET /api/notices': ['.notices'],
}

/** Requests beside the example of a route: what it answers in other ways, and refusals. By operation. */
const others: Readonly<Record<string, readonly { path: string; init?: RequestInit; status: number }[]>> = {
  'GET /api/dashboard': [
    // A KPI fell for good in it.
    { path: '/api/dashboard?hours=72', status: 200 },
    // Between two snapshots, which were half an hour apart then.
    { path: `/api/dashboard?to=${new Date(minute - 240 * 3_600_000 + 900_000).toISOString()}`, status: 200 },
  ],
  'GET /api/snapshots': [
    { path: '/api/snapshots?limit=1', status: 200 },
    { path: '/api/snapshots?format=csv', status: 200 },
    { path: '/api/snapshots?format=ndjson', status: 200 },
    { path: '/api/snapshots?limit=x', status: 400 },
  ],
  'GET /api/measurements': [{ path: '/api/measurements?limit=1', status: 200 }],
  'GET /api/episodes/{id}/operations': [{ path: '/api/episodes/99/operations', status: 404 }],
  'GET /api/operations': [
    { path: '/api/operations?kpi=adaptation_success_rate', status: 200 },
    { path: '/api/operations?kpi=none', status: 400 },
  ],
  'GET /api/incidents': [{ path: '/api/incidents?state=unresolved&least=info&before=2', status: 200 }],
  'GET /api/incidents/{id}': [
    { path: '/api/incidents/2', status: 200 },
    { path: '/api/incidents/99', status: 404 },
  ],
  'POST /api/incidents/{id}/merge': [
    { path: '/api/incidents/1/merge', init: json('POST', { by: 'ada', incident: 1 }), status: 400 },
  ],
  'GET /api/episodes': [{ path: '/api/episodes?limit=0', status: 400 }],
  'GET /api/episodes/{id}': [
    { path: '/api/episodes/2', status: 200 },
    { path: '/api/episodes/x', status: 404 },
  ],
  'POST /api/deployments': [
    { path: '/api/deployments', init: { method: 'POST', body: '{}' }, status: 415 },
    { path: '/api/deployments', init: json('POST', { service: 'memory' }), status: 400 },
    { path: '/api/deployments', init: json('POST', 'x'.repeat(20_000)), status: 413 },
  ],
  'POST /v1/logs': [
    {
      path: '/v1/logs',
      init: json('POST', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ attributes: [] }] }] }] }),
      status: 200,
    },
  ],
}

describe('each operation answers as the published document says', () => {
  test.each(anyRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s',
    async (name, route) => {
      const samples: unknown[] = []
      const requests = [{ ...exampleOf(route), status: undefined }, ...(others[name] ?? [])]
      for (const { path, init, status } of requests) {
        const headers = new Headers(init?.headers)
        headers.set('authorization', `Bearer ${token}`)
        const response = await fetch(`${recorder.url}${path}`, { ...init, headers, redirect: 'manual' })
        const expected = status ?? (route.isUnready ? 503 : route.isRedirect ? 303 : 200)
        expect({ path, status: response.status }).toEqual({ path, status: expected })
        expect(Object.keys(operationOf(route).responses)).toContain(String(expected))
        if (expected === 303) {
          expect(response.headers.get('location')).toBe('./')
          continue
        }
        const type = (response.headers.get('content-type') ?? '').replace(/;.*/, '')
        const described = contentOf(route, response.status)
        const match = Object.keys(described).find((each) => each.replace(/;.*/, '') === type)
        expect({ name, status: response.status, type, match }).toMatchObject({ match: expect.any(String) })
        if (type !== 'application/json') {
          await response.body?.cancel()
          continue
        }
        const body = await response.json()
        const validate = ajv.compile({ $ref: `api#${pointerTo(route, response.status)}` })
        validate(body)
        expect({ path, errors: validate.errors }).toEqual({ path, errors: null })
        if (response.ok) samples.push(body)
        expect(otherTimes(body)).toEqual([])
      }
      if (route.answer === undefined) return
      // Only some of what keeps a recorder from its work is there to be seen; ready is the next test.
      const schema = contentOf(route, 200)['application/json']?.schema as Schema
      if (!route.isUnready) expect(unseen(schema, samples)).toEqual(alwaysNull[name] ?? [])
    },
  )

  test('GET /readyz of a recorder that is ready', async () => {
    const prometheus = await startTestPrometheus()
    try {
      const quick = defineConfig({ scrapeInterval: '1s', snapshotInterval: '1s' })
      const ready = await recorder.startAnother({ config: quick, prometheusUrl: prometheus.url })
      try {
        const body = await waitFor(async () => {
          const answer = await getJson(`${ready.url}/readyz`)
          return answer.status === 200 && answer.body
        })
        const validate = ajv.compile({
          $ref: 'api#/paths/~1readyz/get/responses/200/content/application~1json/schema',
        })
        validate(body)
        expect(validate.errors).toBeNull()
        expect(body).toEqual({ ready: true, problems: [], last_healthy_at: expect.any(Number) })
      } finally {
        await ready.stop()
      }
    } finally {
      await prometheus.stop()
    }
  })

  test('an answer with a property that is not documented does not', async () => {
    const { body } = await getJson<object>(`${recorder.url}/api/dashboard`, token)
    const validate = ajv.compile({
      $ref: 'api#/paths/~1api~1dashboard/get/responses/200/content/application~1json/schema',
    })
    expect(validate(body)).toBe(true)
    expect(validate({ ...body, more: 1 })).toBe(false)
  })
})

test('no object in an answer is open: what is not documented is an error', () => {
  const open: string[] = []
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return
    const { properties, additionalProperties } = value as Schema
    if (properties !== undefined && additionalProperties === undefined) open.push(path)
    for (const [key, inner] of Object.entries(value)) walk(inner, `${path}/${key}`)
  }
  for (const route of anyRoutes) walk(contentOf(route, 200)['application/json']?.schema, route.path)
  expect(open).toEqual([])
})

test.each(anyRoutes.map((route) => [`${route.method} ${route.path}`, route] as const))(
  '%s is refused as its document says: for another host, without a token, with what it does not know',
  async (_, route) => {
    const { path, init } = exampleOf(route)
    const requests: [number, string, Record<string, string>][] = [
      [403, path, { host: 'another.example' }],
      [400, `${path}&nonsense=1`, { authorization: `Bearer ${token}` }],
      ...(route.access === 'open' ? [] : [[401, path, {}] satisfies [number, string, object]]),
    ]
    for (const [expected, asked, headers] of requests) {
      const { status, body } = await send(asked, String(init.method), headers)
      expect({ asked, status }).toEqual({ asked, status: expected })
      const validate = ajv.compile({ $ref: `api#${pointerTo(route, status)}` })
      expect({ asked, valid: validate(body), errors: validate.errors }).toEqual({
        asked,
        valid: true,
        errors: null,
      })
    }
  },
)

/** Sends a request with any headers: `fetch` sets `Host` itself. */
function send(path: string, method: string, headers: Record<string, string>) {
  return new Promise<{ status: number; body: unknown }>((resolve, reject) => {
    const sent = request(recorder.url + path, { method, headers }, async (response) => {
      resolve({ status: response.statusCode as number, body: JSON.parse(await text(response)) })
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** Paths of times in an answer that are no Unix seconds: texts, and numbers that are milliseconds of these years. */
function otherTimes(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? [path] : []
  if (typeof value === 'number') return Math.abs(value - Date.now()) < 40 * 365 * 86_400_000 ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => otherTimes(inner, `${path}.${key}`))
}

type Content = Readonly<Record<string, { readonly schema: unknown }>>

function operationOf({ method, path }: AnyRoute) {
  return document.paths[path.replace('{+', '{')]?.[method.toLowerCase()] as {
    readonly responses: Readonly<Record<number, { readonly content?: Content } | undefined>>
  }
}

function contentOf(route: AnyRoute, status: number): Content {
  return operationOf(route).responses[status]?.content ?? {}
}

function pointerTo({ method, path }: AnyRoute, status: number): string {
  const parts = ['paths', path.replace('{+', '{'), method.toLowerCase(), 'responses', String(status)]
  return ['', ...parts, 'content', 'application/json', 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/')
}

/** The request that a route's example describes. */
function exampleOf({ method, path, params, body, example = {} }: AnyRoute) {
  const { params: given = {}, query = {} } = example
  expect(Object.keys(given)).toEqual(Object.keys(params ?? {}))
  const filled = path.replaceAll(/\{\+?(\w+)\}/g, (_, name: string) => String(given[name]))
  const search = new URLSearchParams(query as Record<string, string>)
  if (body === undefined) return { path: `${filled}?${search}`, init: { method } }
  return { path: `${filled}?${search}`, init: json(method, example.body) }
}

function json(method: string, body: unknown): RequestInit {
  return { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
