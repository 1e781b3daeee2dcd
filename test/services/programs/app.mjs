// What the programs of all shapes share: a service that records the operations it is asked for, and answers when it has.
import { createServer } from 'node:http'

export const options = {
  service: 'memory',
  port: Number(process.env.METRICS_PORT),
  onWarning: ({ code, message }) => console.log(`warned ${code} ${message}`),
}

/** Records the operation of an address such as `/record?f1=0.5&latency=0.2&tokens=7&overflow=none`. */
export function record(monitor, url) {
  const asked = new URL(url, 'http://service').searchParams
  const [f1_score, latency, token_usage] = ['f1', 'latency', 'tokens'].map((name) => Number(asked.get(name)))
  monitor
    .for({ model: 'm', contextSize: 8_192, operation: 'search' })
    .operation({ f1_score, latency, token_usage, overflow_frequency: asked.get('overflow') })
}

/** Answers `/record`, and `/pid`. @param count records an operation */
export function listener(count) {
  return async (request, response) => {
    if (request.url.startsWith('/record')) await count(request.url)
    // Koa begins with 404.
    response.statusCode = 200
    response.setHeader('connection', 'close')
    response.end(String(process.pid))
  }
}

/** Serves until it is told to end. */
export function serve(count, stop) {
  const server = createServer(listener(count)).listen(Number(process.env.APP_PORT), '127.0.0.1')
  endWith(server, stop)
  return server
}

/** Ends as a service should: it takes no more requests, then stops what it has started. */
export function endWith(server, stop) {
  let ending = false
  const end = () => {
    if (ending) return
    ending = true
    server.close(async () => {
      await stop()
      process.exit()
    })
    server.closeIdleConnections?.()
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, end)
  process.on('message', (message) => message === 'shutdown' && end())
}
