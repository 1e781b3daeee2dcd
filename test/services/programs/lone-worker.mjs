// Workers that answer scrapes at the port of the application: each scrape reaches another one.
import cluster from 'node:cluster'

if (cluster.isPrimary) {
  for (let i = 0; i < 2; i++) cluster.fork()
  process.once('SIGTERM', () => process.exit())
  cluster.on('online', (worker) => worker.process.stdout?.pipe(process.stdout))
} else {
  process.env.FRAMEWORK = 'http'
  await import('./framework.mjs')
}
