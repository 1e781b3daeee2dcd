// One operation with seven KPIs.
import { ManualReader } from '../manual-reader.mjs'
import { handles, nanoseconds, nativeInstruments, values } from '../subject.mjs'

const measured = Array.from({ length: 1_024 }, (_, i) => values(i))

const ways = {
  async handle() {
    const { all } = await handles(16)
    const op = all[0]
    return (count) => {
      for (let i = 0; i < count; i++) op.operation(measured[i & 1_023])
    }
  },
  async native() {
    const { operation } = nativeInstruments([new ManualReader()])
    return (count) => {
      for (let i = 0; i < count; i++) {
        operation({ model: 'gpt-4o', context_size: '131072', operation: 'search' }, measured[i & 1_023])
      }
    }
  },
}

export default async function operation(way) {
  return { nanoseconds: nanoseconds(await ways[way](), way === 'native' ? 20_000 : 500_000) }
}
