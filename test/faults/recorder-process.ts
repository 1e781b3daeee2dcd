/**
 * The recorder as `mnemoscope record` runs it, with a handler that writes down each event as one line of
 * FAULTS_HANDLER_FILE. Its first attempt at every seventh event fails, so that tries and order are tested too.
 */
import { appendFile } from 'node:fs/promises'
import { startRecorder } from '@mnemoscope/recorder'
import { pino } from 'pino'
import { faultsConfig } from './config.js'

const {
  FAULTS_HANDLER_FILE = '',
  FAULTS_METRICS = '',
  DATABASE_URL = '',
  PROMETHEUS_URL = '',
  PORT,
} = process.env
const failed = new Set<number>()

const recorder = await startRecorder({
  config: faultsConfig(FAULTS_METRICS),
  databaseUrl: DATABASE_URL,
  prometheusUrl: PROMETHEUS_URL,
  port: Number(PORT),
  logger: pino({ level: 'info', timestamp: pino.stdTimeFunctions.isoTime }),
  handlers: [
    {
      name: 'fault-run',
      timeoutMs: 5_000,
      async handle({ id, kind, episode }) {
        if (id % 7 === 0 && !failed.has(id)) {
          failed.add(id)
          throw new Error('the first attempt at every seventh event fails')
        }
        await appendFile(FAULTS_HANDLER_FILE, `${JSON.stringify({ id, kind, episode: episode.id })}\n`)
      },
    },
  ],
})
process.once('SIGTERM', () => void recorder.stop().then(() => process.exit(0)))
