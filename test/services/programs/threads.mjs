import { once } from 'node:events'
import { isMainThread, parentPort, Worker } from 'node:worker_threads'
import { startMonitoring } from '@mnemoscope/instrumentation'
import { options, record, serve } from './app.mjs'

const monitor = await startMonitoring(options)
if (isMainThread) {
  const start = async () => {
    const worker = new Worker(new URL(import.meta.url))
    await once(worker, 'message')
    return worker
  }
  let threads = [await start(), await start(), await start()]
  let turn = 0
  const told = async (thread, message) => {
    thread.postMessage(message)
    await once(thread, 'message')
  }
  serve(
    async (url) => {
      const thread = threads[turn++ % (threads.length + 1)]
      if (thread === undefined) record(monitor, url)
      else await told(thread, url)
    },
    async () => {
      await Promise.all(threads.map((thread) => told(thread, 'stop')))
      await monitor.stop()
    },
  )
  process.on('SIGUSR2', async () => {
    const old = threads
    threads = [await start(), await start(), await start()]
    for (const thread of old) await told(thread, 'stop')
    console.log('reloaded')
  })
} else {
  parentPort.on('message', async (message) => {
    if (message === 'stop') await monitor.stop()
    else record(monitor, message)
    parentPort.postMessage('done')
    if (message === 'stop') parentPort.close()
  })
  parentPort.postMessage('started')
}
