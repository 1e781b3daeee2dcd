import type pg from 'pg'

/** How many operations are in each bucket of a histogram that holds any: its upper boundary, and their number. Ascending. */
export type Buckets = readonly (readonly [upper: number, count: number])[]

/** Of a snapshot: sums of more could reach the digits of the next bucket, see the table `bucket_boundaries`. */
const mostInBucket = 1e7
/** Of a KPI, in all configurations there ever were. */
const mostBoundaries = 1_000

/**
 * Buckets from numbers of operations up to each boundary, as Prometheus has them; undefined where they are not those of one
 * set of boundaries, since then some operations are in no bucket of them.
 */
export function bucketsOf(upTo: readonly (readonly [upper: number, count: number])[]): Buckets | undefined {
  const sorted = upTo.toSorted(([a], [b]) => a - b)
  const found: [number, number][] = []
  let before = 0
  for (const [upper, reached] of sorted) {
    const count = Math.round(reached) - before
    if (Number.isNaN(upper) || !(count >= 0 && count <= mostInBucket)) return undefined
    if (count > 0) found.push([upper, count])
    before += count
  }
  return found.length > 0 && sorted.at(-1)?.[0] === Number.POSITIVE_INFINITY ? found : undefined
}

/** Where the bucket of each boundary is in the number that is stored, by KPI and upper boundary. */
export type BucketPlaces = ReadonlyMap<string, ReadonlyMap<number, number>>

interface Bucketed {
  readonly kpi: string
  readonly buckets?: Buckets | undefined
}

/** The places of all boundaries of rows. New boundaries get the next ones, as far as a KPI can have more. */
export async function bucketPlaces(client: pg.ClientBase, rows: readonly Bucketed[]): Promise<BucketPlaces> {
  const kpis = new Set<string>()
  for (const { kpi, buckets } of rows) if (buckets !== undefined && buckets.length > 0) kpis.add(kpi)
  const known = await readPlaces(client, [...kpis].sort())
  const wanted = new Map<string, Set<number>>()
  for (const { kpi, buckets = [] } of rows) {
    const places = known.get(kpi)
    if (places !== undefined && places.size >= mostBoundaries) continue
    for (const [upper] of buckets) {
      if (places?.has(upper)) continue
      const uppers = wanted.get(kpi) ?? new Set()
      wanted.set(kpi, uppers.add(upper))
    }
  }
  const lacking = [...wanted.keys()].sort()
  if (lacking.length === 0) return known
  // In one order, as two recorders that lock the same rows in another would wait for each other.
  await client.query('INSERT INTO bucket_boundaries (kpi) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
    lacking,
  ])
  const locked = await readPlaces(client, lacking, 'ORDER BY kpi FOR UPDATE')
  for (const kpi of lacking) {
    const places = locked.get(kpi) ?? new Map<number, number>()
    const fresh = [...(wanted.get(kpi) ?? [])].filter((upper) => !places.has(upper)).sort((a, b) => a - b)
    const all = [...places.keys(), ...fresh].slice(0, mostBoundaries)
    const ascending = all.map((upper, i) => ({ upper, place: i + 1 })).sort((a, b) => a.upper - b.upper)
    await client.query('UPDATE bucket_boundaries SET upper = $2, ascending = $3 WHERE kpi = $1', [
      kpi,
      all,
      ascending.map(({ place }) => place),
    ])
    locked.set(kpi, new Map(all.map((upper, i) => [upper, i])))
  }
  return new Map([...known, ...locked])
}

async function readPlaces(
  client: pg.ClientBase,
  kpis: readonly string[],
  how = '',
): Promise<Map<string, Map<number, number>>> {
  if (kpis.length === 0) return new Map()
  const { rows } = await client.query<{ kpi: string; upper: number[] }>(
    `SELECT kpi, upper FROM bucket_boundaries WHERE kpi = ANY($1) ${how}`,
    [kpis],
  )
  return new Map(rows.map(({ kpi, upper }) => [kpi, new Map(upper.map((each, i) => [each, i]))]))
}

/** Digits of Postgres' numeric have the base 10,000: three of them hold the twelve of a bucket. */
const digitBase = 10_000
const digitsOfBucket = 3
const numericHeader = 8

/** Buckets as a numeric in COPY's binary format, without its length; undefined where a boundary has no place. */
export function numericOf(
  buckets: Buckets,
  places: ReadonlyMap<number, number> | undefined,
): Buffer | undefined {
  let [least, most] = [Number.POSITIVE_INFINITY, -1]
  for (const [upper] of buckets) {
    const place = places?.get(upper)
    if (place === undefined) return undefined
    if (place < least) least = place
    if (place > most) most = place
  }
  if (most < 0) return undefined
  const digits = digitsOfBucket * (most - least + 1)
  const bytes = Buffer.alloc(numericHeader + 2 * digits)
  bytes.writeInt16BE(digits, 0)
  // The exponent of the first digit.
  bytes.writeInt16BE(digitsOfBucket * (most + 1) - 1, 2)
  for (const [upper, count] of buckets) {
    const place = places?.get(upper) as number
    const end = numericHeader + 2 * digitsOfBucket * (most - place + 1)
    for (let i = 1, rest = count; i <= digitsOfBucket; i++, rest = Math.floor(rest / digitBase))
      bytes.writeInt16BE(rest % digitBase, end - 2 * i)
  }
  return bytes
}
