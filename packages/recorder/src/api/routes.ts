import { readFileSync } from 'node:fs'
import type { Config } from '@mnemoscope/kpi'
import { z } from 'zod'
import { webhookRoutes } from '../alerts/webhook.js'
import { analysisRoutes } from '../analysis/routes.js'
import { auditRoutes } from '../audit/routes.js'
import { configRoutes } from '../config/routes.js'
import { dashboardRoutes } from '../dashboard/routes.js'
import { deploymentRoutes } from '../deployments/routes.js'
import { episodeRoutes } from '../episodes/routes.js'
import { evidenceRoutes } from '../evidence/routes.js'
import { type OpenApiDocument, openApiDocument } from '../http/openapi.js'
import { type AnyRoute, route } from '../http/route.js'
import { incidentRoutes } from '../incidents/routes.js'
import { measurementRoutes } from '../measurements/routes.js'
import { notificationRoutes } from '../notifications/routes.js'
import { operationRoutes } from '../operations/routes.js'
import { reviewRoutes } from '../review/routes.js'
import { runbookRoutes } from '../runbooks/routes.js'
import { signInRoutes } from '../sign-in/routes.js'
import { snapshotRoutes } from '../snapshots/routes.js'
import { statusRoutes } from '../status/routes.js'

/** Every route of the features. A new feature folder adds its list here. */
const featureRoutes = [
  ...dashboardRoutes,
  ...episodeRoutes,
  ...snapshotRoutes,
  ...measurementRoutes,
  ...operationRoutes,
  ...notificationRoutes,
  ...incidentRoutes,
  ...evidenceRoutes,
  ...analysisRoutes,
  ...reviewRoutes,
  ...configRoutes,
  ...deploymentRoutes,
  ...statusRoutes,
  ...signInRoutes,
  ...auditRoutes,
  ...webhookRoutes,
  ...runbookRoutes,
] as const

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Making it takes longer than any other answer, and everybody may ask for it. */
let newest: { readonly kpiIds: string; readonly document: OpenApiDocument } | undefined

/** The API as an OpenAPI 3.1 document. */
export function apiDocument(kpiIds: readonly string[]): OpenApiDocument {
  const key = kpiIds.join()
  if (newest?.kpiIds !== key) {
    newest = { kpiIds: key, document: openApiDocument(anyRoutes, { version, kpiIds }) }
  }
  return newest.document
}

const documentRoute = route({
  method: 'GET',
  path: '/api/openapi.json',
  summary: 'This document.',
  access: 'open',
  answer: z.looseObject({ openapi: z.literal('3.1.0') }).describe('An OpenAPI 3.1 document.'),
  handle: (_, { config }: { readonly config: Pick<Config, 'kpis'> }) =>
    apiDocument(Object.keys(config.kpis)) as { openapi: '3.1.0' },
})

/** Every route of the recorder, but the page's files. */
export const routes = [...featureRoutes, documentRoute] as const

/** The same list, for what treats all routes alike. */
export const anyRoutes: readonly AnyRoute[] = routes
