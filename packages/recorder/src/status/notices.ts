import { setTimeout } from 'node:timers/promises'
import {
  bucketEdge,
  type Config,
  durationSeconds,
  inUnit,
  isQuantile,
  type Kpi,
  names,
} from '@mnemoscope/kpi'
import { z } from 'zod'
import type { Arrivals, ForeignArrivals } from '../alerts/arrivals.js'
import type { DataOf } from '../http/route.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { type Matrix, queryInstant, queryNow, querySamples, type Sample } from '../prometheus/query.js'

/** What people should know of the services and servers, beside values and alerts. */
export const noticesAnswer = z.strictObject({
  notices: z
    .array(
      z.strictObject({
        kind: z.enum([
          'refused_measurements',
          'lost_measurements',
          'scrape_interval',
          'service_name',
          'threshold_without_bucket',
          'foreign_alerts',
        ]),
        service: z.string().describe('The service that it is about; empty if it is about the servers.'),
        text: z.string().describe('One or two sentences.'),
      }),
    )
    .nullable()
    .describe('The notices of now; null while Prometheus does not answer.'),
})
export type Notices = DataOf<typeof noticesAnswer>
export type Notice = NonNullable<Notices['notices']>[number]

/** Time in which at least three scrapes lie, at the longest interval that is allowed. */
const scrapesFor = '10m'

/** A slow Prometheus must not delay `mnemoscope status`. */
const longestAnswerMs = 3_000

/** Asks Prometheus for the notices of now. */
async function noticesOf(prometheus: PrometheusClient, config: Config): Promise<Notices> {
  const unknown: Notices = { notices: null }
  const stopped = new AbortController()
  const late = setTimeout(longestAnswerMs, unknown, { signal: stopped.signal, ref: false })
  try {
    return await Promise.race([askedNotices(prometheus, config), late])
  } catch {
    return unknown
  } finally {
    stopped.abort()
    late.catch(() => {})
  }
}

async function askedNotices(prometheus: PrometheusClient, config: Config): Promise<Notices> {
  const now = new Date(await queryNow(prometheus))
  const { metric, name } = names.serviceInfo
  // A Prometheus may have thousands of targets that are not ours.
  const ofServices = `${names.label.job}=~"${config.services.map((each) => each.name.replaceAll('.', '\\\\.')).join('|')}"`
  const { drops } = names.instrumentationMetric
  const [refusals, losses, scrapes, infos, ...buckets] = await Promise.all([
    queryInstant(prometheus, `${names.refusedInHour} > 0.5`, now),
    queryInstant(
      prometheus,
      `sum by (${names.label.job}) (increase(${drops}{${ofServices}}[1h])) > 0.5`,
      now,
    ),
    querySamples(prometheus, `up{${ofServices}}[${scrapesFor}]`, now),
    queryInstant(
      prometheus,
      `group by (${names.label.job}, ${names.label.instance}, ${name}) (${metric}{${ofServices}})`,
      now,
    ),
    ...quantileKpis(config).map(async (kpi) => {
      const query = `group by (${names.label.job}, le) (${names.metricName(kpi)}_bucket)`
      return bucketNotices(kpi, await queryInstant(prometheus, query, now))
    }),
  ])
  return {
    notices: [
      ...refusalNotices(refusals),
      ...lossNotices(losses),
      ...intervalNotices(scrapes, config),
      ...nameNotices(infos, config),
      ...buckets.flat(),
    ],
  }
}

/** KPIs of which a quantile is judged, at some places at least. */
function quantileKpis({ kpis }: Pick<Config, 'kpis'>): Kpi[] {
  return Object.values(kpis).filter((kpi) =>
    [kpi, ...kpi.overrides].some(({ statistic }) => statistic !== undefined && isQuantile(statistic)),
  )
}

/**
 * A notice for each service that has no bucket boundary at a threshold of a quantile: it was started before the threshold
 * was changed, and fixed its buckets then.
 * @param buckets a sample for each service and boundary
 */
export function bucketNotices(kpi: Kpi, buckets: readonly Sample[]): Notice[] {
  const boundaries = new Map<string, Set<number>>()
  for (const { labels } of buckets) {
    const service = labels[names.label.job] ?? ''
    const known = boundaries.get(service) ?? new Set()
    boundaries.set(service, known.add(Number(labels.le)))
  }
  const everywhere = [kpi.thresholds, ...kpi.overrides.map(({ thresholds }) => thresholds)]
  const thresholds = [...new Set(everywhere.flatMap((each) => Object.values(each)))]
  return [...boundaries].flatMap(([service, known]): Notice[] => {
    const missing = thresholds.filter(
      (threshold) => !known.has(bucketEdge(kpi.direction, threshold)) && !known.has(threshold),
    )
    if (missing.length === 0) return []
    const text =
      `${service} has no bucket at ${missing.map((threshold) => inUnit(threshold, kpi.unit)).join(', ')} of ${kpi.id}, ` +
      'so operations beyond it are not known. Restart it with the current configuration.'
    return [{ kind: 'threshold_without_bucket', service, text }]
  })
}

/** A notice for each service, KPI and reason, the most frequent first. */
export function refusalNotices(refusals: readonly Sample[]): Notice[] {
  return refusals
    .toSorted((a, b) => b.value - a.value)
    .map(({ labels, value }) => {
      const { [names.label.job]: service = '', [names.label.kpi]: kpi = '' } = labels
      const many = Math.round(value)
      const measurements = many === 1 ? '1 measurement' : `${many} measurements`
      const reason = labels[names.label.reason]
      const text = `In the last hour ${measurements} of ${kpi} from ${service} ${many === 1 ? 'was' : 'were'} refused: ${reason}.`
      return { kind: 'refused_measurements', service, text }
    })
}

/** A notice for each service whose single measurements did not reach the recorder: what is stored of them is not complete. */
export function lossNotices(losses: readonly Sample[]): Notice[] {
  return losses.map(({ labels, value }) => {
    const service = labels[names.label.job] ?? ''
    const many = Math.round(value)
    const text =
      `In the last hour ${many === 1 ? 'a single measurement' : `about ${many} single measurements`} from ${service} did not reach ` +
      'the recorder; its metrics are complete. The warning MEASUREMENTS_DROPPED in its log says why and what to do.'
    return { kind: 'lost_measurements', service, text }
  })
}

/** A notice for each service that Prometheus scrapes at another interval than the configuration has. */
export function intervalNotices(
  scrapes: readonly Matrix[],
  { services, scrapeInterval }: Pick<Config, 'services' | 'scrapeInterval'>,
): Notice[] {
  const expected = durationSeconds(scrapeInterval)
  return services.flatMap(({ name: service }): Notice[] => {
    const other = scrapes
      .filter(({ labels }) => labels[names.label.job] === service)
      .map(({ samples }) => intervalOf(samples.map(({ at }) => at)))
      .find((interval) => interval !== undefined && Math.abs(interval / expected - 1) > 0.1)
    if (other === undefined) return []
    const text =
      `Prometheus scrapes ${service} every ${other} s, but scrapeInterval is ${scrapeInterval}. ` +
      `Set scrapeInterval to ${other}s, or scrape_interval in Prometheus to ${scrapeInterval}.`
    return [{ kind: 'scrape_interval', service, text }]
  })
}

/**
 * A notice for each configured service whose target calls itself something else: a wrong address, whose values would pass
 * for the service's own, or a name under which its single measurements are not found.
 * @param infos the name that each target gives, one sample each
 */
export function nameNotices(infos: readonly Sample[], { services }: Pick<Config, 'services'>): Notice[] {
  const { job, instance } = names.label
  return services.flatMap(({ name: service }): Notice[] => {
    const others = infos.flatMap(({ labels }) => {
      const named = labels[names.serviceInfo.name]
      const isOther = labels[job] === service && named !== undefined && named !== service
      return isOther ? [`${labels[instance] ?? 'a target'} calls itself ${named}`] : []
    })
    if (others.length === 0) return []
    const more = others.length > 1 ? `, and ${others.length - 1} more` : ''
    const text =
      `Prometheus scrapes ${service}, but ${others.toSorted()[0]}${more}. ` +
      'Correct the address in services, or give both the same name.'
    return [{ kind: 'service_name', service, text }]
  })
}

/** The usual time between two scrapes, in whole seconds; undefined before there are three. */
function intervalOf(times: readonly number[]): number | undefined {
  if (times.length < 3) return undefined
  const between = times
    .slice(1)
    .map((at, i) => at - (times[i] as number))
    .sort((a, b) => a - b)
  return Math.max(1, Math.round((between[between.length >> 1] as number) / 1_000))
}

/** Notices are asked for once in this time, however many people look. */
const rememberedMs = 10_000

/** A notice where Alertmanager sends alerts to the recorder that are not of Mnemoscope. */
export function foreignNotices(foreign: ForeignArrivals | undefined): Notice[] {
  if (foreign === undefined) return []
  const { count, example } = foreign
  const alerts = count === 1 ? '1 alert that is' : `${count} alerts that are`
  const text =
    `In the last hour Alertmanager sent ${alerts} not of Mnemoscope, such as ${example}; nothing of it is stored. ` +
    `Give its route to the recorder the matcher alertname=~"${names.alertPattern}".`
  return [{ kind: 'foreign_alerts', service: '', text }]
}

/** The notices of now, as far as possible from memory. */
export function rememberNotices(
  prometheus: PrometheusClient,
  config: Config,
  arrivals: Pick<Arrivals, 'foreign'>,
): () => Promise<Notices> {
  let askedAt = Number.NEGATIVE_INFINITY
  let notices = Promise.resolve<Notices>({ notices: null })
  return () => {
    const now = performance.now()
    if (now - askedAt >= rememberedMs) {
      askedAt = now
      notices = noticesOf(prometheus, config).then(({ notices: found }) => ({
        notices: found === null ? null : [...found, ...foreignNotices(arrivals.foreign())],
      }))
    }
    return notices
  }
}
