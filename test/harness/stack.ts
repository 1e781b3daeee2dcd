import { join } from 'node:path'
import { generate } from '@mnemoscope/generate'
import { type ConfigInput, defineConfig } from '@mnemoscope/kpi'
import { startRecorder } from '@mnemoscope/recorder'
import { findTools, freePort, startAlertmanager, startPrometheus } from '@mnemoscope/servers'
import pg from 'pg'
import { pino } from 'pino'
import { writeFiles } from '../../packages/cli/src/project-files.js'
import { startTestPostgres } from '../../packages/recorder/test/plumbing/postgres.js'
import { toolsDir } from './repository.js'
import { temporaryFolder } from './temporary-folder.js'

/** Real Postgres, Prometheus, Alertmanager and a recorder, joined as `mnemoscope up` joins them. */
export interface Stack {
  readonly recorder: string
  readonly prometheus: string
  readonly alertmanager: string
  readonly database: string
  /** Rows of a query. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>
  stop(): Promise<void>
}

/** Seconds instead of minutes, so that a test sees a whole story. */
const fastClock = {
  scrapeInterval: '1s',
  alertCheckInterval: '1s',
  snapshotInterval: '2s',
  alerting: { groupWait: '1s', groupInterval: '1s' },
} as const satisfies ConfigInput

/**
 * Starts the stack on free ports.
 * @param target address of the /metrics endpoint to scrape, as the service `memory`
 */
export async function startStack(target: string, input: ConfigInput = {}): Promise<Stack> {
  const config = defineConfig({ ...fastClock, ...input, services: [{ name: 'memory', targets: [target] }] })
  const folder = temporaryFolder('stack')
  const stateDir = folder.path
  const stops: (() => Promise<unknown>)[] = [async () => folder.remove()]
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each()
  }
  try {
    const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
    const [prometheusPort, alertmanagerPort, recorderPort] = [
      await freePort(),
      await freePort(),
      await freePort(),
    ]
    const endpoints = {
      prometheus: `http://127.0.0.1:${prometheusPort}`,
      alertmanager: `http://127.0.0.1:${alertmanagerPort}`,
      recorder: `http://127.0.0.1:${recorderPort}`,
    }
    writeFiles(stateDir, generate(config, { endpoints, parts: [], ruleTests: false }))
    const postgres = await startTestPostgres()
    stops.push(postgres.stop)
    const databaseUrl = await postgres.newDatabase()
    const alertmanager = await startAlertmanager({
      command: tools.alertmanager.command,
      configFile: join(stateDir, 'alertmanager/alertmanager.yml'),
      stateDir,
      port: alertmanagerPort,
    })
    stops.push(alertmanager.stop)
    const prometheus = await startPrometheus({
      command: tools.prometheus.command,
      configFile: join(stateDir, 'prometheus/prometheus.yml'),
      stateDir,
      port: prometheusPort,
      alertResendDelay: '1s',
    })
    stops.push(prometheus.stop)
    const recorder = await startRecorder({
      config,
      databaseUrl,
      prometheusUrl: prometheus.url,
      port: recorderPort,
      logger: pino({ level: 'error' }),
    })
    stops.push(recorder.stop)
    const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
    pool.on('error', () => {})
    stops.push(() => pool.end())
    return {
      ...endpoints,
      database: databaseUrl,
      query: async (sql, values) => (await pool.query(sql, values)).rows,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
