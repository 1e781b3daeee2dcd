// The longest time for which a scrape over HTTP blocks the event loop.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { attributes, handles, nativeInstruments, values } from '../subject.mjs'

const scrapes = 5
const pause = 100

export default async function scrape(way, series) {
  const { handler, measure } = await (way === 'native' ? native : ofHandles)(series)
  const server = createServer(handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  measure(0)
  await scrapeFromOutside(server.address().port, 2)
  let longest = 0
  let last = performance.now()
  // Turns of the event loop itself: a timer would add its own coarseness.
  let watching = true
  const turn = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (watching) setImmediate(turn)
  }
  measure(1)
  const scraped = scrapeFromOutside(server.address().port, scrapes)
  // The start of the process blocked the event loop too, but is over now.
  last = performance.now()
  turn()
  await scraped
  watching = false
  server.close()
  return { milliseconds: longest }
}

/** Scrapes in another process, so that reading the answer is not taken for a block of this one. */
async function scrapeFromOutside(port, count) {
  const code = `
    for (let i = 0; i < ${count}; i++) {
      await (await fetch('http://127.0.0.1:${port}/metrics')).arrayBuffer()
      await new Promise((resolve) => setTimeout(resolve, ${pause}))
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: 'inherit' })
  await once(child, 'exit')
}

async function ofHandles(series) {
  const { monitor, all } = await handles(series)
  return {
    handler: monitor.requestHandler,
    measure: (round) => {
      for (let i = 0; i < series; i++) all[i].operation(values(i + round))
    },
  }
}

async function native(series) {
  const exporter = new PrometheusExporter({ preventServerStart: true })
  const { operation, complete } = nativeInstruments([exporter])
  const labels = Array.from({ length: series }, (_, i) => attributes(i))
  for (let i = 0; i < series; i++) complete(labels[i], values(i))
  return {
    handler: (request, response) => exporter.getMetricsRequestHandler(request, response),
    measure: (round) => {
      for (let i = 0; i < series; i++) operation(labels[i], values(i + round))
    },
  }
}
