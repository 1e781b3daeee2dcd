import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Counted, nothing, sum } from './shape.js'

interface Point {
  readonly count?: number | string
  readonly sum?: number
  readonly asDouble?: number
  readonly asInt?: number | string
  readonly attributes: readonly { readonly value: { readonly stringValue?: string } }[]
}
interface Metric {
  readonly name: string
  readonly histogram?: { readonly dataPoints: readonly Point[]; readonly aggregationTemporality: number }
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly aggregationTemporality: number }
}

/** A receiver of OTLP that adds up: deltas, or the last totals of each process. */
export async function startReceiver() {
  let deltas = nothing
  const totals = new Map<string, Counted>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    for (const { resource, scopeMetrics } of JSON.parse(Buffer.concat(chunks).toString()).resourceMetrics) {
      const metrics: Metric[] = scopeMetrics.flatMap((scope: { metrics: Metric[] }) => scope.metrics)
      const found = countedIn(metrics)
      const isDelta = metrics.some((each) => each.histogram?.aggregationTemporality === 1)
      if (isDelta) deltas = sum(deltas, found)
      else totals.set(JSON.stringify(resource) + startOf(metrics), found)
    }
    response.setHeader('content-type', 'application/json').end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    total: () => [...totals.values()].reduce(sum, deltas),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** Where the resource does not tell processes apart, the start of their series does. */
function startOf(metrics: readonly Metric[]): string {
  const [point] = metrics.find(({ histogram }) => histogram !== undefined)?.histogram?.dataPoints ?? []
  return String((point as { startTimeUnixNano?: string } | undefined)?.startTimeUnixNano)
}

function countedIn(metrics: readonly Metric[]): Counted {
  const points = (name: string) => metrics.find((each) => each.name === name)?.histogram?.dataPoints ?? []
  const total = (name: string, of: (point: Point) => number) =>
    points(name).reduce((all, point) => all + of(point), 0)
  const outcomes = (outcome: string) =>
    metrics
      .flatMap((each) => each.sum?.dataPoints ?? [])
      .filter(({ attributes }) => attributes.some(({ value }) => value.stringValue === outcome))
      .reduce((all, { asDouble, asInt }) => all + Number(asDouble ?? asInt ?? 0), 0)
  return {
    operations: total('mnemoscope.f1_score', ({ count }) => Number(count)),
    f1Sum: total('mnemoscope.f1_score', (point) => point.sum ?? 0),
    latencySum: total('mnemoscope.latency', (point) => point.sum ?? 0),
    tokens: total('mnemoscope.token_usage', (point) => point.sum ?? 0),
    overflows: outcomes('hierarchy'),
    others: outcomes('none'),
  }
}
