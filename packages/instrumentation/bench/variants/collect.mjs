// CPU time of collecting all series for an exporter, garbage included; every series has been measured since the last time.
import { ManualReader } from '../manual-reader.mjs'
import { attributes, cpuMilliseconds, handles, nativeInstruments, values } from '../subject.mjs'

/** Collections until a service's code is compiled, and collections that count. */
const warmUp = 30
const rounds = 50

async function ofHandles(series) {
  const { monitor, all } = await handles(series)
  const reader = new ManualReader({ metricProducers: [monitor.metricProducer()] })
  nativeInstruments([reader])
  return { reader, measure: (i, round) => all[i].operation(values(i + round)) }
}

async function ofNative(series) {
  const reader = new ManualReader()
  const { operation, complete } = nativeInstruments([reader])
  const labels = Array.from({ length: series }, (_, i) => attributes(i))
  for (let i = 0; i < series; i++) complete(labels[i], values(i))
  return { reader, measure: (i, round) => operation(labels[i], values(i + round)) }
}

export default async function collect(way, series) {
  const { reader, measure } = await (way === 'native' ? ofNative : ofHandles)(series)
  const collectAfterMeasuring = async (round) => {
    for (let i = 0; i < series; i++) measure(i, round)
    const start = process.cpuUsage()
    await reader.collect()
    return cpuMilliseconds(start)
  }
  for (let round = 0; round < warmUp; round++) await collectAfterMeasuring(round)
  let all = 0
  for (let round = 0; round < rounds; round++) all += await collectAfterMeasuring(warmUp + round)
  return { collect: all / rounds }
}
