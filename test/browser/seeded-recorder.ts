import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { type ConfigProblem, type Key, type Recorder, startRecorder } from '@mnemoscope/recorder'
import { freePort } from '@mnemoscope/servers'
import pg from 'pg'
import { pino } from 'pino'
import { fixedConfig } from '../../packages/recorder/src/config/source.js'
import { startTestPostgres } from '../../packages/recorder/test/plumbing/postgres.js'
import { orEnd } from '../harness/started.js'

/** A recorder over a database that a test fills itself, where a story would take too long to happen. */
export interface SeededRecorder {
  readonly url: string
  /** Rows of a query. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>
  /** Stores more. */
  seed(store: (client: pg.Client) => Promise<void>): Promise<void>
  /** What keeps the configuration as it is written from being in force; undefined where it is. */
  problem: ConfigProblem | undefined
  /** Ends the recorder; Postgres stays. */
  stopRecorder(): Promise<void>
  /** Starts it again at the same address. */
  startAgain(): Promise<void>
  stop(): Promise<void>
}

/** Nothing listens there, so that nothing is added to what a test has stored. */
const noPrometheus = 'http://127.0.0.1:9'

export interface SeededOptions {
  readonly config?: ConfigInput
  readonly token?: string
  /** Default none: everybody who reaches it may read and acknowledge. */
  readonly keys?: () => readonly Key[]
  readonly trustProxies?: readonly string[]
}

export async function startSeededRecorder(
  seed: (client: pg.Client) => Promise<void>,
  { config: input = {}, token, keys, trustProxies = [] }: SeededOptions = {},
): Promise<SeededRecorder> {
  const postgres = await startTestPostgres()
  const databaseUrl = await orEnd(postgres.stop, postgres.newDatabase)
  const client = new pg.Client(databaseUrl)
  const end = async () => {
    await client.end()
    await postgres.stop()
  }
  await orEnd(end, async () => {
    await client.connect()
    await seed(client)
    await client.query('ANALYZE')
  })
  const port = await freePort()
  const config = defineConfig({
    dashboard: { refreshInterval: '1s' },
    endpoints: { traces: 'https://traces.example.com/{traceId}' },
    ...input,
  })
  let problem: ConfigProblem | undefined
  const start = () =>
    startRecorder({
      config,
      configSource: { ...fixedConfig(config), problem: () => problem },
      databaseUrl,
      prometheusUrl: noPrometheus,
      port,
      trustProxies,
      logger: pino({ level: 'silent' }),
      // A browser stays signed in when the recorder starts again.
      signIn: { secret: 'of the cookies', takeCode: () => false },
      ...(token === undefined ? {} : { token }),
      ...(keys === undefined ? {} : { keys }),
    })
  let recorder: Recorder = await orEnd(end, start)
  return {
    url: recorder.url,
    get problem() {
      return problem
    },
    set problem(told) {
      problem = told
    },
    query: async (sql, values) => (await client.query(sql, values)).rows,
    seed: (store) => store(client),
    stopRecorder: () => recorder.stop(),
    async startAgain() {
      recorder = await start()
    },
    async stop() {
      await recorder.stop()
      await end()
    },
  }
}
