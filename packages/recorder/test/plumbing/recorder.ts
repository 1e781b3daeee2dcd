import { defineConfig } from '@mnemoscope/kpi'
import type pg from 'pg'
import { orEnd } from '../../../../test/harness/started.js'
import { type Recorder, type RecorderOptions, startRecorder } from '../../src/index.js'
import { startTestDatabase } from './database.js'
import { silentLogger } from './silent-logger.js'

/** A recorder of one test file, with its own database. */
export interface TestRecorder {
  readonly url: string
  readonly databaseUrl: string
  /** For asking the database past the recorder. */
  readonly pool: pg.Pool
  /** Starts another recorder on the same database, with these options in place of the first one's. It has to be stopped. */
  startAnother(options?: Partial<RecorderOptions>): Promise<Recorder>
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
  const database = await startTestDatabase()
  const { databaseUrl, pool } = database
  await orEnd(database.stop, () => seed(pool))
  const start = (given: Partial<RecorderOptions>): Promise<Recorder> =>
    startRecorder({
      config: defineConfig(),
      databaseUrl,
      prometheusUrl: 'http://127.0.0.1:9',
      logger: silentLogger,
      port: 0,
      // Each costs the server a process, and most tests need few.
      databaseConnections: 5,
      // Most tests are of what a request does, not of who may send it.
      open: 'everything',
      ...given,
    })
  let recorder = await orEnd(database.stop, () => start(options))
  const { url } = recorder
  return {
    url,
    databaseUrl,
    pool,
    startAnother: (given = {}) => start(given),
    end: () => recorder.stop(),
    async restart() {
      recorder = await start({ ...options, port: Number(new URL(url).port) })
    },
    async stop() {
      await recorder.stop()
      await database.stop()
    },
  }
}
