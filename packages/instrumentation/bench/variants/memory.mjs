// Resident memory that so many series take, scraped as they are in production.

import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { attributes, handles, nativeInstruments, sink, values } from '../subject.mjs'

const request = { method: 'GET', headers: { accept: 'text/plain' } }
const scrapes = 5

export default async function memory(way, series) {
  globalThis.gc()
  const before = process.memoryUsage.rss()
  const scrape = await (way === 'native' ? native : ofHandles)(series)
  for (let i = 0; i < scrapes; i++) await scrape(i)
  globalThis.gc()
  return { megabytes: (process.memoryUsage.rss() - before) / 1e6 }
}

async function ofHandles(series) {
  const { monitor, all } = await handles(series)
  return (round) => {
    for (let i = 0; i < series; i++) all[i].operation(values(i + round))
    return new Promise((resolve) =>
      monitor.requestHandler(request, { writeHead() {}, setHeader() {}, once() {}, write, end: resolve }),
    )
  }
}

/** Takes a chunk at once, as a socket does. */
function write(_, release) {
  release()
  return true
}

async function native(series) {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const { operation, complete } = nativeInstruments([exporter])
  const labels = Array.from({ length: series }, (_, i) => attributes(i))
  for (let i = 0; i < series; i++) complete(labels[i], values(i))
  return (round) => {
    for (let i = 0; i < series; i++) operation(labels[i], values(i + round))
    return new Promise((resolve) => exporter.getMetricsRequestHandler(request, sink(resolve)))
  }
}
