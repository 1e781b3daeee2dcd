import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createPool, prepareDatabase, startRecorder } from '@mnemoscope/recorder'
import { findTools, startPostgres, startPrometheus } from '@mnemoscope/servers'
import type pg from 'pg'
import { pino } from 'pino'
import { stringify } from 'yaml'
import { storeInstants } from '../../packages/recorder/dist/snapshots/store.js'
import { eventually } from '../harness/eventually.js'
import { toolsDir } from '../harness/repository.js'
import { processSeries, type Series, seriesOf } from './exposed.js'
import { writeOpenMetrics } from './open-metrics.js'
import { checkSeconds, ruleGroups } from './recorded.js'
import { config, deployed, type Traffic } from './traffic.js'

/** Servers that hold the traffic, and a recorder that has read all of it. */
export interface Running {
  readonly url: string
  readonly prometheusUrl: string
  readonly pool: pg.Pool
  stop(): Promise<void>
}

export interface Time {
  /** Unix seconds at which the traffic began. */
  readonly start: number
  /** Minutes that are looked at. */
  readonly minutes: number
}

export async function startServers(
  traffic: readonly Traffic[],
  recorded: readonly Series[],
  { start, minutes }: Time,
  folder: string,
): Promise<Running> {
  const ends: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of ends.reverse()) await end()
  }
  try {
    const raw = [...processSeries(traffic), ...traffic.flatMap(seriesOf)]
    const prometheus = await startHoldingPrometheus([...raw, ...recorded], start, folder)
    ends.push(prometheus.stop)
    const postgres = await startPostgres({ stateDir: folder, port: 0 })
    ends.push(postgres.stop)
    await prepareDatabase(postgres.url)
    const pool = createPool(postgres.url)
    ends.push(() => pool.end())
    // A recorder fills in what it has missed since its first instant.
    await storeInstants(pool, [{ at: new Date(start * 1_000), rows: [] }])
    const recorder = await startRecorder({
      config,
      databaseUrl: postgres.url,
      prometheusUrl: prometheus.url,
      port: 0,
      logger: pino({ level: 'silent' }),
    })
    ends.push(recorder.stop)
    await hasRead(pool, { start, minutes })
    return { url: recorder.url, prometheusUrl: prometheus.url, pool, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Waits until the recorder has stored, added up and reconciled what happened. */
async function hasRead(pool: pg.Pool, { start, minutes }: Time): Promise<void> {
  const end = new Date((start + minutes * 60) * 1_000)
  const isTrue = async (sql: string, values: unknown[]) =>
    (await pool.query<{ is: boolean }>(`SELECT (${sql}) AS is`, values)).rows[0]?.is === true
  const begin = new Date(start * 1_000)
  const within = { withinMs: 200_000 }
  await eventually(
    'all snapshots',
    () =>
      isTrue('(SELECT count(*) FROM snapshot_instants WHERE rows > 0 AND at > $1 AND at <= $2) = $3', [
        begin,
        end,
        minutes,
      ]),
    within,
  )
  await eventually(
    'roll-ups',
    () =>
      isTrue(
        `NOT EXISTS (SELECT FROM snapshot_instants WHERE rows > 0 AND at < date_bin('5 minutes', $1, 'epoch')
           AND NOT EXISTS (SELECT FROM rolled_up_5min WHERE start = date_bin('5 minutes', at, 'epoch')))
         AND NOT EXISTS (SELECT FROM snapshot_instants WHERE rows > 0 AND at < date_bin('1 hour', $1, 'epoch')
           AND NOT EXISTS (SELECT FROM rolled_up_hours WHERE hour = date_bin('1 hour', at, 'epoch')))`,
        [end],
      ),
    within,
  )
  await eventually(
    'alerts and deployments',
    () =>
      isTrue(
        'EXISTS (SELECT FROM reconciles WHERE reached > $1) AND EXISTS (SELECT FROM deployments WHERE version = $2)',
        [end, deployed.version],
      ),
    within,
  )
}

/**
 * A Prometheus with all series in blocks, which reach beyond the present. It evaluates the alerts, and they have the values
 * and texts of a living server. What it would store of them is there already.
 */
async function startHoldingPrometheus(all: readonly Series[], start: number, folder: string) {
  const tools = await findTools(['prometheus', 'promtool'], { toolsDir })
  const dataDir = join(folder, 'prometheus')
  mkdirSync(dataDir, { recursive: true })
  const file = join(folder, 'traffic.om')
  await writeOpenMetrics(file, all, start)
  await promisify(execFile)(
    tools.promtool.command,
    ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, dataDir],
    { maxBuffer: 2 ** 28 },
  )
  const groups = [...new Set(Object.values(config.kpis))].flatMap((kpi) => {
    const { judging } = ruleGroups(kpi)
    const rules = judging.rules.filter(({ alert }) => alert !== undefined)
    return rules.length === 0 ? [] : [{ ...judging, interval: `${checkSeconds}s`, rules }]
  })
  writeFileSync(join(folder, 'alerts.yml'), stringify({ groups }, { lineWidth: 0 }))
  const configFile = join(folder, 'prometheus.yml')
  writeFileSync(configFile, stringify({ rule_files: [join(folder, 'alerts.yml')] }))
  return startPrometheus({
    command: tools.prometheus.command,
    configFile,
    stateDir: folder,
    dataDir,
    port: 0,
    queryMaxSamples: 50_000_000,
  })
}
