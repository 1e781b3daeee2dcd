import { defineConfig } from '@mnemoscope/kpi'
import { createPool, prepareDatabase, startRecorder } from '@mnemoscope/recorder'
import { startPostgres } from '@mnemoscope/servers'
import type pg from 'pg'
import { pino } from 'pino'
import { temporaryFolder } from '../harness/temporary-folder.js'

/** A recorder that keeps two months, in which nothing has happened. */
export interface EmptyRecorder {
  readonly url: string
  /** Of the administrator of its database. */
  readonly databaseUrl: string
  readonly pool: pg.Pool
  stop(): Promise<void>
}

export async function startEmptyRecorder(): Promise<EmptyRecorder> {
  const folder = temporaryFolder('evidence')
  const postgres = await startPostgres({ stateDir: folder.path, port: 0 })
  await prepareDatabase(postgres.url)
  const pool = createPool(postgres.url)
  const recorder = await startRecorder({
    config: defineConfig({ dataRetentionDays: 60 }),
    databaseUrl: postgres.url,
    // Nothing listens there: what is stored is all there is.
    prometheusUrl: 'http://127.0.0.1:9',
    port: 0,
    logger: pino({ level: 'silent' }),
  })
  return {
    url: recorder.url,
    databaseUrl: postgres.url,
    pool,
    async stop() {
      await recorder.stop()
      await pool.end()
      await postgres.stop()
      folder.remove()
    },
  }
}
