import type { Config } from '@mnemoscope/kpi'
import type pg from 'pg'
import { z } from 'zod'
import { storableName } from '../database/text.js'
import { askedService, scopeOf, scopeQuery } from '../http/query.js'
import { route } from '../http/route.js'
import { answerRows, nextCursorAnswer, rowsMedia, rowsQuery } from '../http/rows.js'
import { measurementAnswer, measurementRows } from './found.js'
import { type Measurement, measurementOf } from './measurement.js'
import { type Attributes, attributesOf, logsSchema } from './otlp.js'
import { storeMeasurements } from './store.js'

export interface Needs {
  readonly pool: pg.Pool
  readonly readers: pg.Pool
  readonly config: Config
}

export const measurementRoutes = [
  route({
    method: 'POST',
    path: '/v1/logs',
    summary: 'Measurements as OpenTelemetry log records: OTLP over HTTP in JSON, plain or packed by gzip.',
    access: 'write:measurements',
    body: {
      schema: logsSchema,
      // An exporter's batch of 512 records is far below.
      mostBytes: 16 * 1_024 * 1_024,
      isPackable: true,
      expected: 'an export request of OpenTelemetry logs',
      next: {
        invalid: 'Send OTLP over HTTP in its JSON encoding.',
        tooLarge: "Lower the exporter's batch size.",
        otherType: 'Set OTEL_EXPORTER_OTLP_PROTOCOL=http/json.',
      },
    },
    answer: z.strictObject({
      partialSuccess: z
        .strictObject({ rejectedLogRecords: z.number().int(), errorMessage: z.string() })
        .optional()
        .describe('Records that were refused, and will be again.'),
    }),
    example: { body: { resourceLogs: [] } },
    services: ({ body }) =>
      body.resourceLogs.map(({ resource }) => serviceOf(attributesOf(resource?.attributes ?? []))),
    async handle({ body }, { pool, config }: Needs) {
      const { measurements, refused, reason } = readMeasurements(body, config)
      await storeMeasurements(pool, measurements)
      // As OTLP requires: a success names the refused records, so that they are not sent again.
      return refused === 0 ? {} : { partialSuccess: { rejectedLogRecords: refused, errorMessage: reason } }
    },
  }),
  route({
    method: 'GET',
    path: '/api/measurements',
    summary: 'Single measurements that were kept (a sample, and every breach), newest first.',
    access: 'read',
    query: (kpiIds: readonly string[]) => ({
      ...scopeQuery,
      kpi: z.enum(kpiIds).optional(),
      ...rowsQuery,
    }),
    answer: z.strictObject({ measurements: z.array(measurementAnswer), next_cursor: nextCursorAnswer }),
    media: rowsMedia,
    services: askedService,
    async handle({ query, context }, { readers }: Needs) {
      const scope = scopeOf(query)
      const source = measurementRows(readers, scope, query.kpi)
      const page = await answerRows(context, 'measurements', source, { ...query, scope })
      return page instanceof Response ? page : { measurements: page.rows, next_cursor: page.next_cursor }
    },
  }),
] as const

function readMeasurements(
  { resourceLogs }: z.output<typeof logsSchema>,
  config: Config,
): { measurements: Measurement[]; refused: number; reason: string } {
  const now = Date.now()
  const measurements: Measurement[] = []
  const reasons: string[] = []
  for (const { resource, scopeLogs } of resourceLogs) {
    const service = serviceOf(attributesOf(resource?.attributes ?? []))
    for (const record of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
      const measurement = measurementOf(record, service, config, now)
      if (typeof measurement === 'string') reasons.push(measurement)
      else measurements.push(measurement)
    }
  }
  return { measurements, refused: reasons.length, reason: [...new Set(reasons)].slice(0, 5).join('; ') }
}

/**
 * The service as Prometheus names it in the label `job` of metrics that come by OTLP: its namespace, where it has one,
 * before its name. https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes-1
 */
function serviceOf(resource: Attributes): string {
  const name = String(resource['service.name'] ?? 'unknown_service')
  const namespace = String(resource['service.namespace'] ?? '')
  return storableName(namespace === '' ? name : `${namespace}/${name}`)
}
