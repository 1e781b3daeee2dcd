import { isDeepStrictEqual } from 'node:util'
import { configMeaning, shownConfig } from '@mnemoscope/kpi'
import { z } from 'zod'
import type { DataOf } from '../http/route.js'

/** One setting that differs between two configurations; a side that lacks the setting is left out. */
export const differenceAnswer = z.strictObject({
  path: z.string().describe('`kpis.f1_score.thresholds.warning`'),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
})
export type Difference = DataOf<typeof differenceAnswer>

/**
 * What differs between two configurations, by path, in the order of the paths. Objects are compared key by key,
 * lists and everything else as one value. What was declared is not compared: only what it means. Secrets are compared,
 * and `***` on both sides.
 */
export function differencesBetween(before: object, after: object): Difference[] {
  const old = leaves(configMeaning(before))
  const now = leaves(configMeaning(after))
  const [shownOld, shownNow] = [leaves(shownConfig(before)), leaves(shownConfig(after))]
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap((path): Difference[] => {
    if (isDeepStrictEqual(old.get(path), now.get(path))) return []
    // What was stored has no secrets to compare.
    if (old.has(path) && isDeepStrictEqual(old.get(path), shownNow.get(path))) return []
    return [
      {
        path,
        ...(old.has(path) && { before: shownOld.get(path) }),
        ...(now.has(path) && { after: shownNow.get(path) }),
      },
    ]
  })
}

/** Every setting that is no object, by its path. */
export function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[path, value]])
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, path === '' ? key : `${path}.${key}`)]),
  )
}
