/** A number as a view shows it, and how far the figures that it shows let the exact one be from it. */
export interface Shown {
  readonly value: number
  readonly within: number
}

/** Numbers by what they are of. */
export type Shownings = ReadonlyMap<string, Shown>

const units: Readonly<Record<string, number>> = {
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  B: 1,
  KiB: 1_024,
  MiB: 1_024 ** 2,
  GiB: 1_024 ** 3,
}

/** A number given whole. Sums differ in their last bits with the order in which they are added up. */
export function exactly(value: number): Shown {
  return { value, within: Math.abs(value) * 1e-9 }
}

/** A number read off a text: `0.650`, `22 s`, `101.0 MiB`, `1,500`, `≤ 0.8`. */
export function readOff(text: string): Shown {
  const [, digits, unit] = /^[≤≥\s]*(−?[\d,]*\.?\d+)\s*(\p{L}+)?/u.exec(text) ?? []
  if (digits === undefined) throw new Error(`no number in ${JSON.stringify(text)}`)
  const factor = units[unit ?? ''] ?? 1
  const decimals = digits.split('.')[1]?.length ?? 0
  return {
    value: Number(digits.replaceAll(',', '').replace('−', '-')) * factor,
    within: 0.5 * 10 ** -decimals * factor * (1 + 1e-9),
  }
}

/** Numbers of a list, each item one or several entries. */
export function shownOf<Item>(
  items: readonly Item[],
  entries: (item: Item) => readonly (readonly [string, number | Shown | null | undefined])[],
): Shownings {
  const known = items
    .flatMap(entries)
    .flatMap(([key, value]): [string, Shown][] =>
      value === null || value === undefined
        ? []
        : [[key, typeof value === 'number' ? exactly(value) : value]],
    )
  const shown = new Map(known)
  if (shown.size < known.length)
    throw new Error(`two numbers for one thing among ${[...known.map(([key]) => key)]}`)
  return shown
}
