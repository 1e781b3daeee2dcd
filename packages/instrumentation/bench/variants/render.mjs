// CPU time of rendering all series, and of collecting them for another exporter.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { ManualReader } from '../manual-reader.mjs'
import { median } from '../median.mjs'
import { attributes, cpuMilliseconds, handles, nativeInstruments, sink, values } from '../subject.mjs'

const rounds = 7

async function ofHandles(series, active) {
  const { monitor, all } = await handles(series)
  const reader = new ManualReader({ metricProducers: [monitor.metricProducer()] })
  nativeInstruments([reader])
  return {
    measure: (round) => {
      for (let i = 0; i < active; i++) all[i].operation(values(i + round))
    },
    render: () => new Promise((resolve) => monitor.requestHandler(request, response(resolve))),
    collect: () => reader.collect(),
  }
}

async function ofNative(series, active, options = {}) {
  const exporter = new PrometheusExporter({ preventServerStart: true, ...options })
  const { operation, complete } = nativeInstruments([exporter])
  const labels = Array.from({ length: series }, (_, i) => attributes(i))
  for (let i = 0; i < series; i++) {
    operation(labels[i], values(i))
    complete(labels[i], values(i))
  }
  return {
    measure: (round) => {
      for (let i = 0; i < active; i++) operation(labels[i], values(i + round))
    },
    render: () => new Promise((resolve) => exporter.getMetricsRequestHandler(request, sink(resolve))),
    collect: () => exporter.collect(),
  }
}

const request = { method: 'GET', headers: { accept: 'text/plain' } }

/** What our handler needs of a response. Chunks are taken at once, as by a socket; the last scrape's are kept. */
let kept
function response(done) {
  kept = undefined
  return {
    writeHead() {},
    setHeader() {},
    write(chunk, release) {
      if (keeping) kept = kept === undefined ? Buffer.from(chunk) : Buffer.concat([kept, chunk])
      release()
      return true
    },
    end: () => done(kept),
  }
}
let keeping = false

const ways = {
  handle: ofHandles,
  /** As it comes, with the labels of the instrumentation scope on every sample. */
  native: ofNative,
  /** Told to write the same samples as we do. */
  nativeEqual: (series, active) => ofNative(series, active, { withoutScopeInfo: true }),
}

export default async function render(way, series, share = 1) {
  const { measure, render, collect } = await ways[way](series, Math.ceil(series * share))
  measure(0)
  // A service has scraped for hours: its code is compiled, its caches are filled.
  for (let i = 0; i < 10; i++) {
    await render()
    await collect()
  }
  const rendering = []
  const collecting = []
  let text = ''
  for (let round = 1; round <= rounds; round++) {
    measure(round)
    const start = process.cpuUsage()
    await render()
    rendering.push(cpuMilliseconds(start))
    const again = process.cpuUsage()
    await collect()
    collecting.push(cpuMilliseconds(again))
  }
  keeping = true
  text = await render()
  const samples = text.toString().match(/^mnemoscope_[^ ]*\{.*context_size/gm)?.length ?? 0
  return { render: median(rendering), collect: median(collecting), samples, bytes: text.length }
}
