// Bytes that stay to be collected after each call. Needs --expose-gc and a young generation that holds them all.
import { getHeapStatistics } from 'node:v8'
import { handles, latencies, values } from '../subject.mjs'

const many = latencies(1 << 12)
const measured = Array.from({ length: 64 }, (_, i) => values(i))

const ways = {
  record: (op) => (count) => {
    for (let i = 0; i < count; i++) op.latency.record(many[i & 4_095])
  },
  operation: (op) => (count) => {
    for (let i = 0; i < count; i++) op.operation(measured[i & 63])
  },
}

export default async function allocation(way) {
  const { all } = await handles(16)
  const run = ways[way](all[0])
  // Until the code is optimized.
  for (let i = 0; i < 20; i++) run(100_000)
  const count = 500_000
  const bytes = (grown(run, count) - grown(run, 0)) / count
  return { bytes: Math.max(0, Math.round(bytes * 10) / 10) }
}

/** Bytes by which the heap grows during a run, with those that reading its size takes. */
function grown(run, count) {
  globalThis.gc()
  const before = getHeapStatistics().used_heap_size
  run(count)
  return getHeapStatistics().used_heap_size - before
}
