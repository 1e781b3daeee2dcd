import cluster from 'node:cluster'
import { once } from 'node:events'

if (cluster.isPrimary) {
  const start = async () => {
    const worker = cluster.fork()
    await once(worker, 'listening')
  }
  const begun = (async () => {
    for (let i = 0; i < 4; i++) await start()
  })()
  // One after the other, as a deployment without an outage does it.
  process.on('SIGUSR2', async () => {
    await begun
    for (const old of Object.values(cluster.workers)) {
      await start()
      old.send('shutdown')
      await once(old, 'exit')
    }
    console.log('reloaded')
  })
  process.once('SIGTERM', async () => {
    const workers = Object.values(cluster.workers)
    for (const worker of workers) worker.send('shutdown')
    await Promise.all(workers.map((worker) => once(worker, 'exit')))
    process.exit()
  })
} else {
  await import('./single.mjs')
}
