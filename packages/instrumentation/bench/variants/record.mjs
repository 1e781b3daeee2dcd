// Nanoseconds of one record, by four ways of doing it.
import { Histogram as PromHistogram, Registry } from 'prom-client'
import { ManualReader } from '../manual-reader.mjs'
import { config, handles, latencies, nanoseconds, nativeInstruments } from '../subject.mjs'

const many = latencies(1 << 16)
const mask = many.length - 1
const { boundaries } = config.kpis.latency

const ways = {
  async handle() {
    const { all } = await handles(16)
    // All of a service's metrics are in use, so that nothing is specialised to one alone.
    for (let i = 0; i < 200_000; i++)
      all[i & 15].operation({ f1_score: 0.5, token_usage: 7, context_utilization: 0.1 })
    const op = all[0]
    return (count) => {
      for (let i = 0; i < count; i++) op.latency.record(many[i & mask])
    }
  },
  async native() {
    const { latency } = nativeInstruments([new ManualReader()])
    return (count) => {
      for (let i = 0; i < count; i++) {
        latency.record(many[i & mask], { model: 'gpt-4o', context_size: '131072', operation: 'search' })
      }
    }
  },
  async promClient() {
    const histogram = new PromHistogram({
      name: 'latency_seconds',
      help: 'bench',
      labelNames: ['model', 'context_size', 'operation'],
      buckets: [...boundaries],
      registers: [new Registry()],
    })
    return (count) => {
      for (let i = 0; i < count; i++) {
        histogram.observe({ model: 'gpt-4o', context_size: '131072', operation: 'search' }, many[i & mask])
      }
    }
  },
  /** What any design must do: find the bucket without branching, count, add, keep the extremes. No checks, no labels. */
  async limit() {
    const padded = new Float64Array(31).fill(Number.POSITIVE_INFINITY)
    padded.set(boundaries)
    const slots = new Float64Array(boundaries.length + 4)
    const [sum, min, max] = [boundaries.length + 1, boundaries.length + 2, boundaries.length + 3]
    slots[min] = Number.POSITIVE_INFINITY
    slots[max] = Number.NEGATIVE_INFINITY
    const record = (value) => {
      let bucket = Number(value > padded[15]) << 4
      bucket += Number(value > padded[bucket + 7]) << 3
      bucket += Number(value > padded[bucket + 3]) << 2
      bucket += Number(value > padded[bucket + 1]) << 1
      bucket += Number(value > padded[bucket])
      slots[bucket] += 1
      slots[sum] += value
      if (value < slots[min]) slots[min] = value
      if (value > slots[max]) slots[max] = value
    }
    return (count) => {
      for (let i = 0; i < count; i++) record(many[i & mask])
    }
  },
}

export default async function record(way) {
  const slow = way === 'native' || way === 'promClient'
  return { nanoseconds: nanoseconds(await ways[way](), slow ? 100_000 : 4_000_000) }
}
