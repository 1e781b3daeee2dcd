import { names } from '@mnemoscope/kpi'
import { countersOf } from '../truth/exposed.js'
import { type Scrape, scrapesOf } from '../truth/scrapes.js'
import { deployed, type Traffic } from './traffic.js'

/** One series of a Prometheus, with the times of its samples in seconds since the traffic began, ascending. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly (readonly [second: number, value: number])[]
}

/** Seconds between two scrapes. */
export const scrapeSeconds = 15
/**
 * How long before a multiple of the interval a scrape is. No evaluation comes at the very moment of a scrape, which versions
 * of Prometheus treat differently.
 */
export const scrapedBefore = 5

/** The scrapes of each instance that sees a place, the times as they are. */
export function scrapes(traffic: Traffic): Map<string, Scrape[]> {
  return new Map(
    [...scrapesOf(traffic.pattern, traffic.kpi)].map(([instance, all]) => [
      instance,
      all
        .filter(({ at }) => at >= scrapeSeconds)
        .map((scrape) => ({ ...scrape, at: scrape.at - scrapedBefore })),
    ]),
  )
}

/** The series of a KPI at a place, as its service exposes them. */
export function seriesOf(traffic: Traffic): Series[] {
  const { kpi, place } = traffic
  return [...scrapes(traffic)].flatMap(([instance, all]) =>
    countersOf(kpi).flatMap(({ name, labels, of }): Series[] => {
      const samples = all.flatMap((scrape): [number, number][] => {
        const value = of(scrape)
        return value === undefined ? [] : [[scrape.at, value]]
      })
      const { service, model, contextSize, operation } = place
      const where = { job: service, instance, model, context_size: contextSize }
      return samples.length === 0
        ? []
        : [
            {
              name: names.metricName(kpi) + name,
              labels: { ...where, ...(operation === '' ? {} : { operation }), ...labels },
              samples,
            },
          ]
    }),
  )
}

/** What the processes of services say of themselves. */
export function processSeries(traffic: readonly Traffic[]): Series[] {
  const processes = new Map<string, { job: string; instance: string; all: Scrape[] }>()
  for (const each of traffic)
    for (const [instance, all] of scrapes(each))
      processes.set(instance, { job: each.place.service, instance, all })
  return [...processes.values()].flatMap(({ job, instance, all }) => {
    const series = (name: string, of: (scrape: Scrape) => number | undefined, labels = {}): Series => ({
      name,
      labels: { job, instance, ...labels },
      samples: all.flatMap((scrape): [number, number][] => {
        const value = of(scrape)
        return value === undefined ? [] : [[scrape.at, value]]
      }),
    })
    const { metric, name, version } = names.serviceInfo
    const info = (text: string, isRunning: (start: number) => boolean) =>
      series(metric, ({ processStart = 0 }) => (isRunning(processStart) ? 1 : undefined), {
        [name]: job,
        [version]: text,
      })
    return [
      series('up', () => 1),
      // As all times of scrapes: no process is seen before it starts.
      series(names.processStart, ({ processStart }) => processStart && processStart - scrapedBefore),
      series(names.processUptime, ({ uptime }) => uptime),
      series(names.instrumentationMetric.overflows, () => 0),
      ...(job === deployed.service
        ? [info(deployed.previous, (start) => start === 0), info(deployed.version, (start) => start > 0)]
        : [info('0.9.0', () => true)]),
    ].filter(({ samples }) => samples.length > 0)
  })
}
