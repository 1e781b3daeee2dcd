import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { defineConfig } from '@mnemoscope/kpi'
import { pino } from 'pino'
import { countArrivals } from '../../packages/recorder/src/alerts/arrivals.js'
import { createApp } from '../../packages/recorder/src/api/app.js'
import { anyRoutes, apiDocument } from '../../packages/recorder/src/api/routes.js'
import { rememberFollowers } from '../../packages/recorder/src/config/followers.js'
import { fixedConfig } from '../../packages/recorder/src/config/source.js'
import { createPool } from '../../packages/recorder/src/database/pool.js'
import { honoPath } from '../../packages/recorder/src/http/serve.js'
import { createMetrics } from '../../packages/recorder/src/metrics.js'
import { createPrometheusClient } from '../../packages/recorder/src/prometheus/client.js'
import { createEvents } from '../../packages/recorder/src/status/events.js'
import { importsBackUp, root } from './layers.js'

/** A count that has to be 0, and what was counted. */
export interface Figure {
  readonly name: string
  readonly found: readonly string[]
}

interface Schema {
  readonly $ref?: string
  readonly properties?: object
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>

/** Answers, of errors too, that are JSON and have no schema that says what they hold. */
export function withoutSchema(): Figure {
  const { paths } = apiDocument(Object.keys(defineConfig().kpis))
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { responses } = operation as { responses: Record<string, { content?: Content }> }
      return Object.entries(responses).flatMap(([status, { content = {} }]) => {
        const json = content['application/json']
        return json !== undefined && !says(json.schema) ? [`${method} ${path} ${status}`] : []
      })
    }),
  )
  return { name: 'operations that answer JSON without a response schema', found }
}

function says(schema: Schema | undefined): boolean {
  return schema?.$ref !== undefined || Object.keys(schema?.properties ?? {}).length > 0
}

/** Routes of a recorder's app that the contract does not have; the page's files are read apart from it. */
export async function outsideContract(): Promise<Figure> {
  const config = defineConfig()
  const configSource = fixedConfig(config)
  // Never connected to: only the app's routes are asked for.
  const pool = createPool('postgres://127.0.0.1:9/none')
  const logger = pino({ level: 'silent' })
  const events = createEvents({ pool, configSource, refreshMs: 60_000, logger })
  try {
    const app = createApp({
      followers: rememberFollowers(),
      prometheus: createPrometheusClient({ url: 'http://127.0.0.1:9' }),
      alertmanagers: [],
      pool,
      readers: pool,
      config,
      configSource,
      gate: { token: undefined, keys: () => [], sessionSecret: '', open: 'use' },
      audit: { add: () => undefined },
      takeSignInCode: () => false,
      trustedProxies: [],
      hosts: new Set(),
      metrics: createMetrics(),
      logger,
      page: new Map(),
      runbooks: new Map(),
      normaliser: () => ({ cluster: 'default', replicaLabels: [], kpis: config.kpis }),
      handlers: [],
      arrivals: countArrivals(),
      notices: async () => ({ notices: null }),
      readiness: async () => ({ ready: true, problems: [], last_healthy_at: null }),
      events,
    })
    const known = new Set(anyRoutes.map(({ method, path }) => `${method} ${honoPath(path)}`))
    const paths = new Set(anyRoutes.map(({ path }) => honoPath(path)))
    // What is for all methods stands around routes, or refuses the methods that a route of the contract does not take.
    const isAround = (path: string) => path.endsWith('*') || paths.has(path)
    const served = app.routes.filter(({ method, path }) => method !== 'ALL' || !isAround(path))
    const found = served.map(({ method, path }) => `${method} ${path}`).filter((name) => !known.has(name))
    return { name: 'routes outside the contract', found }
  } finally {
    events.stop()
    await pool.end()
  }
}

/** What tsc finds wrong with the page, in its strict mode. */
export function pageTypeErrors(): Figure {
  const name = 'type errors of the page under strict'
  const project = join(root, 'packages/recorder/page/tsconfig.json')
  if (!existsSync(project)) return { name, found: [`no project at ${project}`] }
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc')
  const args = ['-p', project, '--noEmit', '--strict', '--pretty', 'false']
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, ...args], { encoding: 'utf8' })
  const found = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('error TS'))
  return { name, found: status !== 0 && found.length === 0 ? [`tsc ended with ${status}: ${stderr}`] : found }
}

/** Imports of the recorder that run from a lower layer to a higher one. */
export function backUp(): Figure {
  return {
    name: 'imports running back up in recorder',
    found: importsBackUp().map(({ file, imported }) => `${file} imports ${imported}`),
  }
}
