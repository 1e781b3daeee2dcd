// CPU time of rendering all series for Prometheus.
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { median } from '../median.mjs'
import { attributes, cpuMilliseconds, handles, nativeInstruments, sink, values } from '../subject.mjs'

/** A service has scraped for hours: both sides get as much time, and these scrapes at least, to be compiled. */
const warmUpMilliseconds = 2_000
const warmUp = 4
const rounds = 7

async function ofHandles(series) {
  const { monitor, all } = await handles(series)
  return {
    measure: (i, round) => all[i].operation(values(i + round)),
    render: () => new Promise((resolve) => monitor.requestHandler(request, response(resolve))),
  }
}

async function ofNative(series, options = {}) {
  const exporter = new PrometheusExporter({ preventServerStart: true, ...options })
  const { operation, complete } = nativeInstruments([exporter])
  const labels = Array.from({ length: series }, (_, i) => attributes(i))
  for (let i = 0; i < series; i++) complete(labels[i], values(i))
  return {
    measure: (i, round) => operation(labels[i], values(i + round)),
    render: () => new Promise((resolve) => exporter.getMetricsRequestHandler(request, sink(resolve))),
  }
}

const request = { method: 'GET', headers: { accept: 'text/plain' } }

/** What our handler needs of a response. Chunks are taken at once, as by a socket; the last scrape's are kept. */
let keeping = false
function response(done) {
  const kept = []
  let onClose
  return {
    writeHead() {},
    setHeader() {},
    once(_, closed) {
      onClose = closed
    },
    write(chunk, release) {
      if (keeping) kept.push(Buffer.from(chunk))
      release()
      return true
    },
    end() {
      onClose?.()
      done(Buffer.concat(kept))
    },
  }
}

const ways = {
  handle: ofHandles,
  /** As it comes, with the labels of the instrumentation scope on every sample. */
  native: ofNative,
  /** Told to write the same samples as we do. */
  nativeEqual: (series) => ofNative(series, { withoutScopeInfo: true }),
}

export default async function render(way, series, share = 1) {
  const { measure, render } = await ways[way](series)
  // Active series lie among the idle ones, each time others of them.
  const step = Math.round(1 / share)
  const measureShare = (round) => {
    for (let i = round % step; i < series; i += step) measure(i, round)
  }
  for (let i = 0; i < series; i++) measure(i, 0)
  let round = 0
  const begun = process.cpuUsage()
  while (round < warmUp || cpuMilliseconds(begun) < warmUpMilliseconds) {
    measureShare(round++)
    await render()
  }
  const rendering = []
  while (rendering.length < rounds) {
    measureShare(round++)
    const start = process.cpuUsage()
    await render()
    rendering.push(cpuMilliseconds(start))
  }
  keeping = true
  const text = await render()
  const samples = text.toString().match(/^mnemoscope_[^ ]*\{.*context_size/gm)?.length ?? 0
  return { render: median(rendering), samples, bytes: text.length }
}
