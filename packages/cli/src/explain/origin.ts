import type { SettingPath } from '@mnemoscope/generate'

/** Where a setting gets its value from. */
export type Origin = 'patch' | 'file' | 'default'

/** Where the setting at a path gets its value from: a patch counts before the file, the file before the default. */
export function originOf(path: SettingPath, patch: unknown, declared: unknown): Origin {
  if (valueAt(patch, path) !== undefined) return 'patch'
  return valueAt(declared, path) === undefined ? 'default' : 'file'
}

/** A path as people write it: `kpis.f1_score.overrides[0].thresholds.warning`. */
export function pathText(path: SettingPath): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`)).join('')
}

function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}
