import { isDeepStrictEqual } from 'node:util'
import type { Config } from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'
import type { Difference } from './differences.js'

/** A part of the pipeline that reads some settings only when it is started again. */
export const restartAnswer = z.strictObject({
  part: z
    .enum(['prometheus', 'recorder', 'services', 'services_without_recorder'])
    .describe('`services_without_recorder`: those that do not ask this recorder for changed thresholds.'),
  paths: z.array(z.string()).describe('The changed settings.'),
  services: z
    .array(z.string())
    .nullable()
    .optional()
    .describe('The services, by their names in the label `job`; null where they are not known.'),
})
export type RestartNeeded = DataOf<typeof restartAnswer>

/** The services that a recorder knows. */
export interface KnownServices {
  /** All that are configured or have been measured lately. */
  readonly all: readonly string[]
  /** Those of which a process asks for changes. */
  readonly following: readonly string[]
}

/** Settings that a running part read when it started, by the part. */
const readAtStart: readonly { part: RestartNeeded['part']; pattern: RegExp }[] = [
  // Command line options: how long Prometheus keeps data, how often it repeats an alert.
  { part: 'prometheus', pattern: /^(?:dataRetentionDays|alertCheckInterval)$/ },
  {
    part: 'recorder',
    pattern:
      /^(?:snapshotInterval|scrapeInterval|alertCheckInterval|dashboard\.refreshInterval|endpoints\.(?!grafana$).+|replicas\..+|handlers(?:\..+)?|plugins)$/,
  },
  {
    part: 'services',
    pattern:
      /^(?:contextSizes|instrumentation\..+|kpis\.[^.]+\.(?:boundaries|instrument|unit|labels|range|outcomes)(?:\..+)?)$/,
  },
]

/** Thresholds, by which services judge single measurements: for `onBreach`, and for what they always send. */
const threshold = /^kpis\.([^.]+)\.(?:thresholds(?:\..+)?|overrides)$/

/**
 * Parts that must be started again before they take up these differences; everything else is taken up at once.
 * @param services undefined where nothing is known of them
 */
export function restartsFor(
  { differences, config }: { readonly differences: readonly Difference[]; readonly config: Config },
  services?: KnownServices,
): RestartNeeded[] {
  // That no service is known does not mean that there is none.
  const known = services !== undefined && services.all.length > 0 ? services : undefined
  const byPart = readAtStart.flatMap(({ part, pattern }): RestartNeeded[] => {
    const paths = differences.map(({ path }) => path).filter((path) => pattern.test(path))
    if (paths.length === 0) return []
    return [{ part, paths, ...(part === 'services' && { services: known?.all ?? null }) }]
  })
  const judged = differences.filter((difference) => isJudgedInServices(difference, config))
  const behind = known?.all.filter((service) => !known.following.includes(service)) ?? null
  if (judged.length === 0 || behind?.length === 0) return byPart
  const paths = judged.map(({ path }) => path)
  return [...byPart, { part: 'services_without_recorder', paths, services: behind }]
}

/** Whether services judge single measurements by this setting. They judge no outcomes, and not what other programs measure. */
function isJudgedInServices({ path, before, after }: Difference, { kpis }: Config): boolean {
  const [, id = ''] = threshold.exec(path) ?? []
  const kpi = Object.hasOwn(kpis, id) ? kpis[id as keyof typeof kpis] : undefined
  if (kpi === undefined || kpi.outcomes !== undefined || kpi.source !== undefined) return false
  return !path.endsWith('.overrides') || !isDeepStrictEqual(thresholdsIn(before), thresholdsIn(after))
}

/** Of overrides what decides of which thresholds a place has. */
function thresholdsIn(overrides: unknown): unknown[] {
  const list = Array.isArray(overrides) ? (overrides as Record<string, unknown>[]) : []
  return list.map(({ model, operation, contextSize, thresholds }) => ({
    ...{ model, operation, contextSize, thresholds },
  }))
}
