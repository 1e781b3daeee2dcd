import { bundled } from './bundles.js'
import { pm2 } from './pm2.js'
import { runPushed } from './pushed.js'
import { reloadBySignal, runServed, type Served } from './served.js'
import type { Shape } from './shape.js'

/** All shapes that are run, in a project with the packages. */
export function shapesIn(folder: string): Shape[] {
  const served = (name: string, over: string, how: Omit<Served, 'folder'>): Shape => ({
    name,
    over,
    run: () => runServed({ folder, ...how }),
  })
  const framework = (name: string): Shape =>
    served(`${name}, metrics at its port`, 'a restart', {
      args: ['framework.mjs'],
      env: { FRAMEWORK: name },
      isOwnServer: true,
      isHttp2: name === 'http2',
    })
  const pushed = (name: string, over: string, program: string, env: Record<string, string>): Shape => ({
    name,
    over,
    run: () => runPushed({ folder, program, env }),
  })
  return [
    served('one process, ES module', 'a restart', { args: ['single.mjs'] }),
    served('one process, CommonJS', 'a restart', { args: ['single.cjs'] }),
    served('one process, both module systems', 'a restart', { args: ['mixed.mjs'] }),
    served('one process, killed', 'SIGKILL and a start', {
      args: ['single.mjs'],
      end: (running) => running.end('SIGKILL'),
    }),
    served('hot reload of the module', 'a reload', { args: ['reloaded.mjs'], reload: reloadBySignal }),
    served('node:cluster, four workers', 'a rolling reload', {
      args: ['cluster.mjs'],
      reload: reloadBySignal,
    }),
    served('worker threads, three and the main one', 'new threads', {
      args: ['threads.mjs'],
      reload: reloadBySignal,
    }),
    ...pm2(folder),
    ...['http', 'http2', 'express', 'express with compression', 'fastify', 'koa', 'hono'].map(framework),
    ...bundled(folder),
    pushed('cron script that ends by itself', 'three runs', 'job.mjs', { ENDING: 'by itself' }),
    pushed('command that calls stop', 'three runs', 'job.mjs', { ENDING: 'stop' }),
    pushed('command that calls stop, deltas', 'three runs', 'job.mjs', {
      ENDING: 'stop',
      TEMPORALITY: 'delta',
    }),
    pushed('function that flushes and is killed', 'three runs', 'job.mjs', { ENDING: 'flush, then killed' }),
    pushed("a reader of the application's OpenTelemetry SDK", 'three runs', 'reader.mjs', {}),
    pushed("OpenTelemetry's API with a provider", 'three runs', 'reader.mjs', { THROUGH: 'the API' }),
    {
      ...served('workers that answer scrapes themselves', 'nothing', {
        args: ['lone-worker.mjs'],
        isOwnServer: true,
        // Warned about at the first scrape.
        reload: async () => {},
      }),
      refusedBy: 'ONE_OF_SEVERAL',
    },
  ]
}
