import { names, severityOf } from '@mnemoscope/kpi'
import type { AnswerOf } from '@mnemoscope/recorder'
import { seeded } from '../truth/random.js'
import type { Book, Known, Showing } from './book.js'
import type { Checked, Look } from './look.js'
import { commentsOf } from './sql.js'
import type { Traffic } from './traffic.js'
import type { Range } from './truth.js'
import { seriesKey } from './window.js'

/** Share of the measurements that are no breaches that services send. */
const sampling = 0.2
const sampled = ['f1_score', 'latency', 'token_usage']

/** A single measurement that a service kept, of one that happened at `at`, in seconds since the traffic began. */
interface Kept {
  readonly traffic: Traffic
  readonly at: number
  readonly value: number
  readonly isBreach: boolean
}

/** What services keep: every breach, and of the others a sample. */
function keptOf(traffic: readonly Traffic[]): Kept[] {
  const uniform = seeded(77)
  return traffic
    .filter(({ kpi }) => sampled.includes(kpi.id))
    .flatMap((each) =>
      each.pattern.lives.flatMap(({ operations }) =>
        operations.flatMap(({ at, value }): Kept[] => {
          const isBreach = severityOf(each.kpi.direction, each.kpi.thresholds, value) !== undefined
          return isBreach || uniform() < sampling
            ? [{ traffic: each, at: Math.round(at * 1_000) / 1_000, value, isBreach }]
            : []
        }),
      ),
    )
}

/** Sends what services keep, as they send it, and compares what is said of all measurements. */
export async function checkMeasurements(
  checked: Checked,
  traffic: readonly Traffic[],
  book: Book,
): Promise<void> {
  const { running, looks, time } = checked
  const kept = keptOf(traffic).filter(({ at }) => at <= time.minutes * 60)
  for (let i = 0; i < kept.length; i += 2_000) await send(running.url, time.start, kept.slice(i, i + 2_000))
  const comments = await commentsOf(checked)
  for (const look of Object.values(looks)) {
    const known = knownOf(look, traffic, kept, checked)
    const { rows } = await running.pool.query('SELECT * FROM compare_measurements($1, $2)', [
      look.from,
      look.to,
    ])
    book.compare(
      'SQL compare_measurements',
      showings(rows, comments.get('compare_measurements')),
      known(rows),
    )
    const query = `from=${look.from.toISOString()}&to=${look.to.toISOString()}`
    const { measurements } = (await (
      await fetch(`${running.url}/api/analysis/models?${query}`)
    ).json()) as AnswerOf<'GET /api/analysis/models'>
    book.compare(
      'API measurements',
      measurements.flatMap((row) => showings([row], row.estimate_of)),
      known(measurements),
    )
  }
  const { rows } = await running.pool.query<{ count: number; total: number; weights: number }>(
    `SELECT metric_type AS kpi, count(*)::int AS count, sum(value) AS total, sum(weight) AS weights
     FROM performance_metrics GROUP BY 1`,
  )
  book.compare(
    'SQL performance_metrics',
    rows.flatMap((row) =>
      (['count', 'total', 'weights'] as const).map((name) => ({
        of: `${name} ${(row as unknown as { kpi: string }).kpi}`,
        value: row[name],
        meaning: comments.get(`performance_metrics.${name === 'weights' ? 'weight' : 'value'}`),
      })),
    ),
    new Map(
      sampled.flatMap((id) => {
        const own = kept.filter((each) => each.traffic.kpi.id === id)
        return [
          [`count ${id}`, own.length],
          [`total ${id}`, own.reduce((sum, { value }) => sum + value, 0)],
          [`weights ${id}`, own.reduce((sum, { isBreach }) => sum + (isBreach ? 1 : 1 / sampling), 0)],
        ] as const
      }),
    ),
  )
}

const exact = ['measurements', 'breaches', 'sampled'] as const
const estimated = ['stands_for', 'mean', 'median', 'p95'] as const

interface Estimates {
  readonly kpi: string
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string
  readonly [column: string]: unknown
}

const keyOf = ({ kpi, service, model, context_size, operation }: Estimates) =>
  [kpi, service, model, context_size, operation].join(' ')

function showings(rows: readonly Estimates[], meaning: string | undefined): Showing[] {
  return rows.flatMap((row) =>
    [...exact, ...estimated].map((name) => ({
      of: `${name} ${keyOf(row)}`,
      value: row[name] === null ? null : Number(row[name]),
      meaning,
    })),
  )
}

/**
 * What the numbers of each place may be: what was kept exactly, and estimates as far from the truth as twice their own
 * interval, which holds it in 95 of 100 samples.
 */
function knownOf(look: Look, traffic: readonly Traffic[], kept: readonly Kept[], { time }: Checked) {
  const isWithin = (at: number) => {
    const ms = Math.round((time.start + at) * 1_000)
    return ms >= look.from.getTime() && ms <= look.to.getTime()
  }
  return (rows: readonly Estimates[]): Known => {
    const given = new Map(rows.map((row) => [keyOf(row), row]))
    const known = new Map<string, number | Range | null>()
    for (const each of traffic.filter(({ kpi }) => sampled.includes(kpi.id))) {
      const key = `${each.kpi.id} ${seriesKey(each)}`
      const own = kept.filter((one) => one.traffic === each && isWithin(one.at))
      if (own.length === 0) continue
      const all = each.pattern.lives
        .flatMap(({ operations }) => operations)
        .filter(({ at }) => isWithin(Math.round(at * 1_000) / 1_000))
        .map(({ value }) => value)
        .toSorted((a, b) => a - b)
      const breaches = own.filter(({ isBreach }) => isBreach).length
      known.set(`measurements ${key}`, own.length)
      known.set(`breaches ${key}`, breaches)
      known.set(`sampled ${key}`, own.length - breaches)
      const row = given.get(key)
      const isKnown = own.length - breaches >= 10
      const put = (name: string, value: number, within: number) =>
        known.set(`${name} ${key}`, isKnown ? { low: value - within, high: value + within } : null)
      put('stands_for', all.length, 4 * Math.sqrt(((all.length - breaches) * (1 - sampling)) / sampling))
      put('mean', all.reduce((sum, value) => sum + value, 0) / all.length, 4 * Number(row?.mean_error))
      for (const [name, share] of [
        ['median', 0.5],
        ['p95', 0.95],
      ] as const) {
        const [value, low, high] = [row?.[name], row?.[`${name}_low`], row?.[`${name}_high`]].map(Number)
        const within =
          row?.[`${name}_high`] === null ? Number.POSITIVE_INFINITY : 2 * ((high ?? 0) - (low ?? 0))
        put(
          name,
          all[Math.ceil(share * all.length) - 1] ?? Number.NaN,
          Math.max(within, Math.abs(value ?? 0) * 1e-9),
        )
      }
    }
    return known
  }
}

async function send(url: string, start: number, kept: readonly Kept[]): Promise<void> {
  const { measurementAttribute: attribute } = names
  const services = [...new Set(kept.map(({ traffic }) => traffic.place.service))]
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } })
  const number = (key: string, doubleValue: number) => ({ key, value: { doubleValue } })
  const body = {
    resourceLogs: services.map((service) => ({
      resource: { attributes: [text('service.name', service)] },
      scopeLogs: [
        {
          logRecords: kept
            .filter(({ traffic }) => traffic.place.service === service)
            .map(({ traffic: { place, kpi }, at, value, isBreach }, i) => ({
              timeUnixNano: `${Math.round((start + at) * 1_000)}000000`,
              eventName: names.measurementEvent,
              attributes: [
                text(attribute.kpi, kpi.id),
                number(attribute.value, value),
                text(attribute.model, place.model),
                text(attribute.contextSize, place.contextSize),
                text(attribute.operation, place.operation),
                number(attribute.weight, isBreach ? 1 : 1 / sampling),
                number(attribute.sampling, sampling),
                // Two measurements that are alike are two.
                number('number', i),
              ],
            })),
        },
      ],
    })),
  }
  const response = await fetch(`${url}/v1/logs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await response.text()
  if (!response.ok || answer.includes('rejectedLogRecords'))
    throw new Error(`/v1/logs: ${response.status} ${answer}`)
}
