import { setTimeout } from 'node:timers/promises'
import { type Config, durationSeconds, names } from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import type { PrometheusClient } from '../prometheus/client.js'
import { type Matrix, queryInstant, queryNow, querySamples, type Sample } from '../prometheus/query.js'

/** What people should know of the services, beside values and alerts. */
export const noticesAnswer = z.strictObject({
  notices: z
    .array(
      z.strictObject({
        kind: z.enum(['refused_measurements', 'scrape_interval']),
        service: z.string(),
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
  const [refusals, scrapes] = await Promise.all([
    queryInstant(prometheus, `${names.refusedInHour} > 0.5`, now),
    querySamples(prometheus, `up[${scrapesFor}]`, now),
  ])
  return { notices: [...refusalNotices(refusals), ...intervalNotices(scrapes, config)] }
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

/** The notices of now, as far as possible from memory. */
export function rememberNotices(prometheus: PrometheusClient, config: Config): () => Promise<Notices> {
  let askedAt = Number.NEGATIVE_INFINITY
  let notices = Promise.resolve<Notices>({ notices: null })
  return () => {
    const now = performance.now()
    if (now - askedAt >= rememberedMs) {
      askedAt = now
      notices = noticesOf(prometheus, config)
    }
    return notices
  }
}
