import { isDeepStrictEqual } from 'node:util'

/** Where a setting gets its value from. */
export type Origin = 'patch' | 'file' | 'default'

/** Where the setting at a path gets its value from: a patch counts before the file, the file before the default. */
export function originOf(path: readonly (string | number)[], patch: unknown, declared: unknown): Origin {
  if (valueAt(patch, path) !== undefined) return 'patch'
  return valueAt(declared, path) === undefined ? 'default' : 'file'
}

/** A setting that a rule's threshold can come from. */
export interface ThresholdPath {
  readonly path: readonly (string | number)[]
  readonly value: number
}

interface Thresholded {
  readonly thresholds: Readonly<Record<string, number | undefined>>
}

/** Every setting of a KPI with a threshold for a level: its own, and those of its overrides. */
export function thresholdPaths(
  kpi: Thresholded & { readonly id: string; readonly overrides: readonly Thresholded[] },
  severity: string,
): ThresholdPath[] {
  const at = ['kpis', kpi.id]
  const all = [
    { path: [...at, 'thresholds', severity], value: kpi.thresholds[severity] },
    ...kpi.overrides.map(({ thresholds }, i) => ({
      path: [...at, 'overrides', i, 'thresholds', severity],
      value: thresholds[severity],
    })),
  ]
  return all.flatMap(({ path, value }) => (value === undefined ? [] : [{ path, value }]))
}

/** A path as people write it: `kpis.f1_score.overrides[0].thresholds.warning`. */
export function pathText(path: readonly (string | number)[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`)).join('')
}

/** Whether two thresholds are the same number, one of them perhaps written as text. */
export function isThreshold(text: string | undefined, value: number): boolean {
  return text !== undefined && isDeepStrictEqual(Number(text), value)
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}
