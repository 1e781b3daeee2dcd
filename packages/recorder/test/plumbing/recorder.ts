import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import { createPool, type Recorder, type RecorderOptions, startRecorder } from '../../src/index.js'
import { startTestPostgres } from './postgres.js'
import { silentLogger } from './silent-logger.js'

/** A recorder of one test file, with a database of its own. */
export interface TestRecorder {
  readonly url: string
  readonly databaseUrl: string
  /** For asking the database past the recorder. */
  readonly pool: pg.Pool
  /** Ends the recorder alone. */
  end(): Promise<void>
  /** Starts it again, at the same address and on the same database. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts a recorder on a real Postgres. Without a Prometheus among the options nothing answers where it looks for one.
 * @param seed stores what the recorder is to find when it starts
 */
export async function startTestRecorder(
  options: Partial<RecorderOptions> = {},
  seed: (pool: pg.Pool) => Promise<unknown> = async () => undefined,
): Promise<TestRecorder> {
  const postgres = await startTestPostgres()
  const databaseUrl = await postgres.newDatabase()
  const pool = createPool(databaseUrl)
  await seed(pool)
  const start = (port: number): Promise<Recorder> =>
    startRecorder({
      config: defineConfig(),
      databaseUrl,
      prometheusUrl: 'http://127.0.0.1:9',
      logger: silentLogger,
      ...options,
      port,
    })
  let recorder = await start(0)
  const { url } = recorder
  return {
    url,
    databaseUrl,
    pool,
    end: () => recorder.stop(),
    async restart() {
      recorder = await start(Number(new URL(url).port))
    },
    async stop() {
      await recorder.stop()
      await pool.end()
      await postgres.stop()
    },
  }
}
