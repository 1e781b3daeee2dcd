import { unitWords } from '../prometheus-name.js'

/** Units that can be converted into each other, each by its size. */
const scales: readonly Readonly<Record<string, number>>[] = [
  { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3_600, d: 86_400 },
  { By: 1, KBy: 1e3, MBy: 1e6, GBy: 1e9, KiBy: 2 ** 10, MiBy: 2 ** 20, GiBy: 2 ** 30 },
  { '%': 0.01, '1': 1 },
]

/** How a number in one unit becomes one in another: it is multiplied, or divided, so that powers of ten stay exact. */
export interface Conversion {
  readonly operator: '*' | '/'
  readonly by: number
}

/** The conversion between two units; undefined where there is none, and `* 1` where they are the same. */
export function conversionOf(from: string, to: string): Conversion | undefined {
  if (from === to) return { operator: '*', by: 1 }
  const scale = scales.find((each) => Object.hasOwn(each, from) && Object.hasOwn(each, to))
  const [size, other] = [scale?.[from], scale?.[to]]
  if (size === undefined || other === undefined) return undefined
  return size > other
    ? { operator: '*', by: rounded(size / other) }
    : { operator: '/', by: rounded(other / size) }
}

/** A number after its conversion. */
export function converted(value: number, { operator, by }: Conversion): number {
  return rounded(operator === '*' ? value * by : value / by)
}

/** Units that can be converted into this one, itself included. */
export function convertibleUnits(unit: string): string[] {
  return Object.keys(scales.find((each) => Object.hasOwn(each, unit)) ?? { [unit]: 1 })
}

/** The unit that the name of a metric in Prometheus says; undefined where it says none. */
export function unitInName(metric: string): string | undefined {
  const words = metric.replace(/_total$/, '').split('_')
  const last = words.at(-1)
  return Object.entries(unitWords).find(([, word]) => word === last)?.[0]
}

const rounded = (value: number) => Number(value.toPrecision(12))
