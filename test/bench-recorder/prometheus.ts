import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from '@mnemoscope/kpi'
import { findTools, startPrometheus } from '@mnemoscope/servers'
import type { Pool } from 'pg'
import {
  createPrometheusClient,
  type PrometheusClient,
} from '../../packages/recorder/dist/prometheus/client.js'
import { createBackfill } from '../../packages/recorder/dist/snapshots/backfill.js'
import { storeInstants } from '../../packages/recorder/dist/snapshots/store.js'
import { takeSnapshot } from '../../packages/recorder/dist/snapshots/take.js'
import { intervalsOf } from '../../packages/recorder/dist/snapshots/timing.js'
import { toolsDir } from '../harness/repository.js'
import { makeBlocks } from './blocks.js'
import { figure, median, progress, timed } from './figures.js'
import { recordedSeries } from './recorded-series.js'

/** Samples of the blocks are four minutes apart, and count as evaluated for two intervals. */
const config = defineConfig({ alertCheckInterval: '2m' })

const cycles = 9

/** What a snapshot cycle asks and costs, and how long a day that was missed takes. */
export async function measureFromPrometheus(
  pool: Pool,
  { folder, pairs, hours }: { folder: string; pairs: number; hours: number },
): Promise<void> {
  const until = Math.floor(Date.now() / 60_000) * 60
  const from = until - hours * 3_600
  const dataDir = join(folder, 'prometheus')
  mkdirSync(dataDir)
  progress(
    `${hours} h of ${pairs} models and sizes × ${recordedSeries.length} series, as blocks of Prometheus …`,
  )
  await makeBlocks({ folder, dataDir, pairs, from: from - 600, until })
  const { prometheus: tool } = await findTools(['prometheus'], { toolsDir })
  const configFile = join(folder, 'prometheus.yml')
  writeFileSync(configFile, 'global: {scrape_interval: 15s}\n')
  const prometheus = await startPrometheus({
    command: tool.command,
    configFile,
    stateDir: folder,
    dataDir,
    port: 0,
    queryMaxSamples: 50_000_000,
    // Joining blocks to larger ones would take its share of the machine meanwhile.
    extraArgs: ['--storage.tsdb.min-block-duration=2h', '--storage.tsdb.max-block-duration=2h'],
  })
  try {
    figure('models × sizes', pairs, 'pairs')
    figure('recorded series of a snapshot', pairs * recordedSeries.length, 'series')
    await measureCycle(pool, prometheus.url, until)
    await measureBackfill(pool, prometheus.url, { from, until })
  } finally {
    await prometheus.stop()
  }
}

async function measureCycle(pool: Pool, url: string, until: number): Promise<void> {
  progress(`taking ${cycles} snapshots …`)
  const asked: Query[] = []
  const client = createPrometheusClient({ url })
  const counting: PrometheusClient = {
    ...client,
    ask(path, parameters) {
      asked.push({ path, parameters })
      return client.ask(path, parameters)
    },
  }
  const beyond: number[] = []
  const totals: number[] = []
  let rows = 0
  for (let i = 1; i <= cycles; i++) {
    const at = new Date((until - 600 - i * 60) * 1_000)
    asked.length = 0
    const total = await timed(async () => {
      rows = await storeInstants(pool, [await takeSnapshot(counting, at, intervalsOf(config))])
    })
    // The same queries, answers read and thrown away: what Prometheus itself takes.
    const bare = await timed(() => Promise.all(asked.map((query) => askBare(url, query))))
    totals.push(total)
    beyond.push(total - bare)
  }
  // The clock of Prometheus is asked for too, before each cycle.
  figure('queries of a snapshot cycle', asked.length + 1, 'queries', { atMost: 10 })
  figure('rows of a snapshot cycle', rows, 'rows')
  figure('a snapshot cycle', median(totals), 'ms')
  figure("a snapshot cycle beyond Prometheus' own time", median(beyond), 'ms', { atMost: 1_000 })
  await pool.query('TRUNCATE snapshots, snapshot_instants')
}

async function measureBackfill(
  pool: Pool,
  url: string,
  { from, until }: { from: number; until: number },
): Promise<void> {
  const minutes = (until - from) / 60
  progress(`filling in ${minutes} instants …`)
  // What is missing is found from the oldest instant that is known.
  await storeInstants(pool, [{ at: new Date(from * 1_000), rows: [] }])
  const backfill = createBackfill({
    pool,
    prometheus: createPrometheusClient({ url }),
    config,
  })
  const before = process.memoryUsage.rss()
  let [done, greatest, reported] = [0, before, 0]
  const ms = await timed(async () => {
    for (let left = 1; left > 0; ) {
      const batch = await backfill.runBatch()
      done += batch.filled + batch.gaps
      left = batch.left
      greatest = Math.max(greatest, process.memoryUsage.rss())
      if (done - reported >= minutes / 10) {
        reported = done
        progress(`  ${left} instants left`)
      }
    }
  })
  // Instants that went by meanwhile are looked for too, and the blocks hold nothing of them.
  const { rows: all } = await pool.query<{ filled: number; gaps: number; rows: number }>(
    `SELECT count(*) FILTER (WHERE gap IS NULL)::float8 AS filled, count(gap)::float8 AS gaps,
            (SELECT count(*)::float8 FROM snapshots WHERE at > to_timestamp($1) AND at <= to_timestamp($2)) AS rows
     FROM snapshot_instants WHERE at > to_timestamp($1) AND at <= to_timestamp($2)`,
    [from, until],
  )
  const [counted] = all
  if (counted === undefined) throw new Error('the instants were not counted')
  // Between the first and the newest, which belongs to the live snapshots.
  figure('instants filled in', counted.filled, 'instants', { atLeast: minutes - 2 })
  figure('instants left as gaps', counted.gaps, 'instants', { atMost: 0 })
  figure('rows filled in', counted.rows, 'rows')
  figure(`${minutes} instants filled in`, ms / 1_000, 's', { atMost: 300 })
  figure('memory grown by filling in, at the worst', (greatest - before) / 2 ** 20, 'MiB', { atMost: 1_024 })
}

interface Query {
  readonly path: string
  readonly parameters: Record<string, string>
}

async function askBare(url: string, { path, parameters }: Query): Promise<void> {
  const response = await fetch(`${url}/${path}`, { method: 'POST', body: new URLSearchParams(parameters) })
  await response.arrayBuffer()
}
