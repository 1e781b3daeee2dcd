/** What is known of an operation beside its value, by key, and how many operations it stands for. */
export interface Compared {
  readonly weight: number
  readonly attributes: Readonly<Record<string, Attribute>>
}
export type Attribute = string | number | boolean

/** Something that bad operations have more often than others. Numbers of operations. */
export interface Difference {
  readonly key: string
  /** `acme`, `≥ 512`. */
  readonly value: string
  readonly bad: number
  readonly of_bad: number
  readonly others: number
  readonly of_others: number
}

/** Chance to name anything where nothing differs. */
const mostChance = 0.01
/** Fewer bad operations show nothing. */
const leastBad = 3
/** How many times as often the bad ones have it. */
const leastLift = 1.5
const mostNamed = 5
/** A number with more values than this is compared by size. */
const mostValues = 12
const mostKeys = 50

/** Weights by value, of one key. */
type Weights = ReadonlyMap<Attribute, number>

/** Something that an operation may have, and how many have it. */
interface Condition {
  readonly key: string
  readonly value: string
  readonly bad: number
  readonly others: number
  /** Whether it is one of the limits of a number, of which the surest says it all. */
  readonly isLimit: boolean
}

/**
 * What bad operations have more often than others, the surest first: Fisher's exact test of each value of each key, with the
 * chance of all tests together bounded (Bonferroni). Of the others a sample may be known: it counts as many operations as it
 * has information for (Kish's effective sample size, Survey Sampling, 1965).
 */
export function whatDiffers(bad: readonly Compared[], others: readonly Compared[]): Difference[] {
  if (bad.length < leastBad || others.length === 0) return []
  const conditions = keysOf(bad).flatMap((key) =>
    conditionsOf(key, weightsBy(bad, key), weightsBy(others, key)),
  )
  const [of_bad, of_others] = [weightOf(bad), weightOf(others)]
  const [badSize, otherSize] = [effectiveSize(bad), effectiveSize(others)]
  const logFactorials = logFactorialsUpTo(badSize + otherSize)
  const logLimit = Math.log(mostChance / conditions.length)
  const found = conditions.flatMap((condition) => {
    const [share, otherShare] = [condition.bad / of_bad, condition.others / of_others]
    if (share < leastLift * otherShare) return []
    const counts = [
      Math.round(share * badSize),
      badSize,
      Math.round(otherShare * otherSize),
      otherSize,
    ] as const
    const logChance = logTail(...counts, logFactorials)
    return logChance > logLimit ? [] : [{ logChance, condition }]
  })
  const named = new Map<string, Condition>()
  for (const { condition } of found.toSorted((a, b) => a.logChance - b.logChance)) {
    const { key, value, isLimit } = condition
    const name = JSON.stringify(isLimit ? [key] : [key, value])
    if (!named.has(name)) named.set(name, condition)
  }
  return [...named.values()].slice(0, mostNamed).map(({ key, value, bad, others }) => ({
    ...{ key, value, bad: Math.round(bad), of_bad: Math.round(of_bad) },
    ...{ others: Math.round(others), of_others: Math.round(of_others) },
  }))
}

/** The keys that most of the bad operations have. */
function keysOf(bad: readonly Compared[]): string[] {
  const counts = new Map<string, number>()
  for (const { attributes } of bad) {
    for (const key of Object.keys(attributes)) counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const common = [...counts].filter(([, count]) => count >= leastBad).toSorted((a, b) => b[1] - a[1])
  return common.slice(0, mostKeys).map(([key]) => key)
}

function weightsBy(all: readonly Compared[], key: string): Weights {
  const weights = new Map<Attribute, number>()
  for (const { weight, attributes } of all) {
    const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined
    if (value !== undefined) weights.set(value, (weights.get(value) ?? 0) + weight)
  }
  return weights
}

/** Each value of a key, or the quarters of a number with many values. */
function conditionsOf(key: string, bad: Weights, others: Weights): Condition[] {
  const values = [...new Set([...bad.keys(), ...others.keys()])]
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b)
  if (numbers.length < values.length || values.length <= mostValues) {
    return [...bad]
      .filter(([, weight]) => weight >= leastBad)
      .map(([value, weight]) => ({
        ...{ key, value: String(value), isLimit: false },
        ...{ bad: weight, others: others.get(value) ?? 0 },
      }))
  }
  const quarters = [0.25, 0.5, 0.75].map((share) => numbers[Math.floor(share * numbers.length)] as number)
  const sumWhere = (weights: Weights, isIn: (value: Attribute) => boolean) =>
    [...weights].reduce((sum, [value, weight]) => sum + (isIn(value) ? weight : 0), 0)
  const limit = (sign: string, quarter: number, isIn: (value: Attribute) => boolean) => ({
    ...{ key, value: `${sign} ${quarter}`, isLimit: true },
    ...{ bad: sumWhere(bad, isIn), others: sumWhere(others, isIn) },
  })
  return quarters.flatMap((quarter) => [
    limit('≥', quarter, (value) => Number(value) >= quarter),
    limit('≤', quarter, (value) => Number(value) <= quarter),
  ])
}

const weightOf = (all: readonly Compared[]) => all.reduce((sum, { weight }) => sum + weight, 0)

function effectiveSize(all: readonly Compared[]): number {
  const squares = all.reduce((sum, { weight }) => sum + weight * weight, 0)
  return Math.round(weightOf(all) ** 2 / squares)
}

/**
 * Logarithm of the chance that, of `a + b` operations spread by chance over `of_a + of_b`, at least `a` are among `of_a`: the
 * upper tail of the hypergeometric distribution.
 */
function logTail(a: number, ofA: number, b: number, ofB: number, logFactorials: Float64Array): number {
  const choose = (n: number, k: number) =>
    (logFactorials[n] as number) - (logFactorials[k] as number) - (logFactorials[n - k] as number)
  const all = choose(ofA + ofB, a + b)
  let sum = 0
  const first = choose(ofA, a) + choose(ofB, b) - all
  for (let more = 0; a + more <= ofA && more <= b; more++) {
    const term = Math.exp(choose(ofA, a + more) + choose(ofB, b - more) - all - first)
    sum += term
    if (term < sum * 1e-12) break
  }
  return first + Math.log(sum)
}

function logFactorialsUpTo(most: number): Float64Array {
  const logs = new Float64Array(most + 1)
  for (let n = 1; n <= most; n++) logs[n] = (logs[n - 1] as number) + Math.log(n)
  return logs
}
