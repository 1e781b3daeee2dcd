import { z } from 'zod'
import { route } from '../http/route.js'
import type { Metrics } from '../metrics.js'
import type { Events } from './events.js'
import { type Notices, noticesAnswer } from './notices.js'
import { type Readiness, readinessAnswer } from './readiness.js'

/** What the recorder says of itself, and when there is something new. */
export const statusRoutes = [
  route({
    method: 'GET',
    path: '/api/events',
    summary: 'A line whenever something was stored, or the configuration changed.',
    access: 'read',
    media: ['text/event-stream'],
    handle: ({ context }, { events }: { readonly events: Events }) => events.handle(context),
  }),
  route({
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the process runs.',
    access: 'open',
    answer: z.strictObject({ status: z.literal('ok') }),
    handle: () => ({ status: 'ok' }) as const,
  }),
  route({
    method: 'GET',
    path: '/readyz',
    summary: 'Whether the recorder does its work, and what keeps it from it (503).',
    access: 'open',
    answer: readinessAnswer,
    isUnready: ({ ready }) => !ready,
    handle: (_, { readiness }: { readonly readiness: () => Promise<Readiness> }) => readiness(),
  }),
  route({
    method: 'GET',
    path: '/api/notices',
    summary:
      'What to know of the services and servers: refused measurements, other scrape intervals than configured, alerts that are not ours.',
    access: 'read',
    answer: noticesAnswer,
    handle: (_, { notices }: { readonly notices: () => Promise<Notices> }) => notices(),
  }),
  route({
    method: 'GET',
    path: '/metrics',
    summary: 'What the recorder says about itself, for Prometheus.',
    access: 'metrics',
    media: ['text/plain'],
    async handle({ context }, { metrics: { registry } }: { readonly metrics: Metrics }) {
      return context.body(await registry.metrics(), 200, { 'content-type': registry.contentType })
    },
  }),
] as const
