import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { Validator } from '@seriousme/openapi-schema-validator'
import { countArrivals } from '../../src/alerts/arrivals.js'
import { createApp } from '../../src/api/app.js'
import { apiDocument } from '../../src/api/routes.js'
import { rememberFollowers } from '../../src/config/followers.js'
import { fixedConfig } from '../../src/config/source.js'
import { createPool } from '../../src/index.js'
import { createMetrics } from '../../src/metrics.js'
import { createPrometheusClient } from '../../src/prometheus/client.js'
import { createEvents } from '../../src/status/events.js'
import { silentLogger } from '../plumbing/silent-logger.js'

const config = defineConfig()
const document = apiDocument(Object.keys(config.kpis))

// Never connected to: only the routes are asked for.
const pool = createPool('postgres://127.0.0.1:9/none')
const events = createEvents({
  pool,
  configSource: fixedConfig(config),
  refreshMs: 60_000,
  logger: silentLogger,
})

beforeAll(() => expect(document.openapi).toBe('3.1.0'))
afterAll(() => {
  events.stop()
  return pool.end()
})

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(document))
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(validator.version).toBe('3.1')
})

test('every route is in the document, and nothing else', () => {
  const app = createApp({
    followers: rememberFollowers(),
    prometheus: createPrometheusClient({ url: 'http://127.0.0.1:9' }),
    alertmanagers: [],
    pool,
    readers: pool,
    config,
    configSource: fixedConfig(config),
    gate: { token: undefined, keys: () => [], open: 'use', sessionSecret: '' },
    audit: { add: () => undefined },
    takeSignInCode: () => false,
    hosts: new Set(),
    trustedProxies: [],
    metrics: createMetrics(),
    logger: silentLogger,
    page: new Map(),
    runbooks: new Map(),
    normaliser: () => ({ cluster: 'default', replicaLabels: [], kpis: config.kpis }),
    handlers: [],
    arrivals: countArrivals(),
    notices: async () => ({ notices: null }),
    readiness: async () => ({ ready: true, problems: [], last_healthy_at: null }),
    events,
  })
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')}`)
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  )
  expect(described.toSorted()).toEqual([...new Set(routes)].toSorted())
})

test('parameters are described as they are validated', () => {
  const described = document.paths['/api/series']?.get
  const { parameters } = described as {
    parameters: { name: string; required: boolean; schema: Record<string, unknown> }[]
  }
  const of = (name: string) => parameters.find((parameter) => parameter.name === name)
  expect(of('kpi')).toMatchObject({ required: true, schema: { enum: Object.keys(config.kpis) } })
  expect(of('limit')).toMatchObject({
    required: false,
    schema: { type: 'integer', maximum: 100, default: 20 },
  })
  expect(of('from')).toMatchObject({ schema: { format: 'date-time' } })
})
