import { finished, Writable } from 'node:stream'
import type pg from 'pg'

type Query = (...parameters: unknown[]) => unknown

/** Has a pool tell how long each of its statements took, in seconds, whether it went well or not. */
export function timeStatements(pool: pg.Pool, observe: (seconds: number) => void): void {
  pool.on('connect', (client) => {
    const query = client.query.bind(client) as Query
    const timed: Query = (...parameters) => {
      const startedMs = performance.now()
      const end = () => observe((performance.now() - startedMs) / 1_000)
      const last = parameters.at(-1)
      // The pool's own way of asking; transactions wait for the promise instead.
      if (typeof last === 'function') {
        return query(...parameters.slice(0, -1), (...results: unknown[]) => {
          end()
          last(...results)
        })
      }
      const result = query(...parameters)
      // What is streamed into the database is no promise.
      if (result instanceof Writable) finished(result, end)
      else Promise.resolve(result).then(end, end)
      return result
    }
    client.query = timed as typeof client.query
  })
}
