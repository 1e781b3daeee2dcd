import { type Config, MnemoscopeError } from '@mnemoscope/kpi'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type pg from 'pg'
import { type Budget, withinBudget } from '../http/budget.js'
import { RequestError } from '../http/error.js'
import { withToken } from '../http/may-change.js'
import { readParameters } from '../http/parameters.js'
import { queries } from '../http/queries.js'
import { messageOf } from '../message-of.js'
import { answerRows } from '../rows/answer.js'
import { measurementRows } from '../rows/measurements.js'
import { type Measurement, measurementOf } from './measurement.js'
import { type Attributes, attributesOf, logsSchema } from './otlp.js'
import { storeMeasurements } from './store.js'
import { unpack } from './unpack.js'
import { worstMeasurements } from './worst.js'

/** Largest request, as sent and unpacked: an exporter's batch of 512 records is far below. */
const mostBytes = 16 * 1_024 * 1_024

export interface MeasurementRoutesOptions {
  /** What is sent goes through this, what is asked through `readers`. */
  readonly pool: pg.Pool
  readonly readers: pg.Pool
  readonly config: Config
  /** What a request that brings measurements must carry; undefined for nothing. */
  readonly token: string | undefined
  /** Bytes that requests may hold at a time. */
  readonly budget: Budget
}

/** `POST /v1/logs` takes measurements as OpenTelemetry log records; `GET /api/measurements` gives them back. */
export function measurementRoutes(options: MeasurementRoutesOptions): Hono {
  const { pool, readers, config, token, budget } = options
  const routes = new Hono()
  const ofBoundedSize = bodyLimit({ maxSize: mostBytes, onError: refuseSize })
  routes.post(
    '/v1/logs',
    withToken(token),
    withinBudget(budget, mostBytes),
    ofBoundedSize,
    async (context) => {
      // What is packed is counted as it is sent, and what it unpacks to comes on top.
      let held = 0
      const take = (bytes: number) => {
        budget.take(bytes)
        held += bytes
        if (held > mostBytes) refuseSize()
      }
      try {
        const body = parsed(await readBody(context, take))
        const { measurements, refused, reason } = readMeasurements(body, config)
        await storeMeasurements(pool, measurements)
        // As OTLP wants it: what is refused for good is told in a success, so that it is not sent again.
        const partialSuccess =
          refused === 0 ? {} : { partialSuccess: { rejectedLogRecords: refused, errorMessage: reason } }
        return context.json(partialSuccess)
      } finally {
        budget.give(held)
      }
    },
  )
  routes.get('/api/measurements', async (context) => {
    const { scope, kpi, episode, ...request } = readParameters(
      context,
      queries.measurements(Object.keys(config.kpis)),
    )
    if (episode === undefined) {
      const source = measurementRows(readers, scope, kpi)
      return answerRows(context, 'measurements', source, { ...request, scope })
    }
    const worst = await worstMeasurements(
      readers,
      config.kpis,
      episode,
      Math.min(request.limit ?? 100, 1_000),
    )
    if (worst === undefined) {
      throw new RequestError(404, `there is no episode ${episode}`, {
        value: episode,
        next: 'Look at /api/episodes.',
      })
    }
    return context.json({ measurements: worst })
  })
  return routes
}

function readMeasurements(
  given: unknown,
  config: Config,
): { measurements: Measurement[]; refused: number; reason: string } {
  const logs = logsSchema.safeParse(given)
  if (!logs.success) {
    const [issue] = logs.error.issues
    throw new RequestError(400, `${issue?.path.map(String).join('.')}: ${issue?.message}`, {
      expected: 'an export request of OpenTelemetry logs',
      next: 'Send OTLP over HTTP in its JSON encoding.',
    })
  }
  const now = Date.now()
  const measurements: Measurement[] = []
  const reasons: string[] = []
  for (const { resource, scopeLogs } of logs.data.resourceLogs) {
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
  return namespace === '' ? name : `${namespace}/${name}`
}

/** The body as text, unpacked. @param take told of bytes that unpacking adds */
async function readBody(context: Context, take: (bytes: number) => void): Promise<Buffer> {
  const type = context.req.header('content-type') ?? ''
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new RequestError(415, 'OTLP is taken in its JSON encoding only', {
      value: type,
      expected: 'Content-Type: application/json',
      next: 'Set OTEL_EXPORTER_OTLP_PROTOCOL=http/json.',
    })
  }
  const sent = Buffer.from(await context.req.arrayBuffer())
  if (context.req.header('content-encoding') !== 'gzip') return sent
  try {
    return await unpack(sent, take)
  } catch (cause) {
    if (cause instanceof MnemoscopeError) throw cause
    return refuseText(cause)
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    return refuseText(cause)
  }
}

function refuseText(cause: unknown): never {
  throw new RequestError(400, `the body is not JSON: ${messageOf(cause)}`, {
    expected: 'JSON, plain or packed by gzip',
    next: 'Correct the body.',
  })
}

function refuseSize(): never {
  throw new RequestError(413, 'the body is too large', {
    expected: `at most ${mostBytes} bytes, unpacked`,
    next: "Lower the exporter's batch size.",
  })
}
