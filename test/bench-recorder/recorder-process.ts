/** The recorder with the default configuration and without a Prometheus; sends its parent its address and its memory. */
import { defineConfig } from '@mnemoscope/kpi'
import { startRecorder } from '@mnemoscope/recorder'
import { pino } from 'pino'

const recorder = await startRecorder({
  config: defineConfig(),
  databaseUrl: process.env.DATABASE_URL ?? '',
  prometheusUrl: 'http://127.0.0.1:9',
  port: 0,
  // Every route is asked, those that need a key too.
  open: 'everything',
  logger: pino({ level: 'silent' }),
})
let worst = 0
const watching = setInterval(() => {
  worst = Math.max(worst, process.memoryUsage.rss())
}, 50)

process.on('message', async (question) => {
  if (question === 'memory') {
    const now = process.memoryUsage.rss()
    process.send?.({ now, worst: Math.max(worst, now) })
    worst = now
  } else await stop()
})
// A bench that dies takes its recorder with it.
process.on('disconnect', stop)
process.send?.({ url: recorder.url })

async function stop(): Promise<void> {
  clearInterval(watching)
  await recorder.stop()
  process.exit(0)
}
