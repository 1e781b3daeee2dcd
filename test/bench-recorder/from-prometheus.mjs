import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from '@mnemoscope/kpi'
import { findTools, startPrometheus } from '@mnemoscope/servers'
import { figure, median, progress, timed } from '../../packages/recorder/bench/figures.mjs'
import { createPrometheusClient } from '../../packages/recorder/dist/prometheus/client.js'
import { createBackfill } from '../../packages/recorder/dist/snapshots/backfill.js'
import { storeInstants } from '../../packages/recorder/dist/snapshots/store.js'
import { takeSnapshot } from '../../packages/recorder/dist/snapshots/take.js'
import { makeBlocks } from './blocks.mjs'

const toolsDir = fileURLToPath(new URL('../../.mnemoscope/tools', import.meta.url))
const daySeconds = 86_400
const cycles = 9

/** What a snapshot cycle asks and costs, and how long a day that was missed takes. */
export async function measureFromPrometheus({ pool, folder, pairs }) {
  const until = Math.floor(Date.now() / 60_000) * 60
  const dataDir = join(folder, 'prometheus')
  mkdirSync(dataDir)
  progress(`a day of ${pairs} models and sizes × 7 KPIs, as blocks of Prometheus …`)
  await makeBlocks({ folder, dataDir, pairs, from: until - daySeconds - 600, until, toolsDir })
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
  })
  try {
    figure('models × sizes', pairs, 'pairs')
    await measureCycle(pool, prometheus.url, until)
    await measureBackfill(pool, prometheus.url, until)
  } finally {
    await prometheus.stop()
  }
}

async function measureCycle(pool, url, until) {
  const asked = []
  const client = createPrometheusClient({ url })
  const counting = {
    ask(path, parameters) {
      asked.push({ path, parameters })
      return client.ask(path, parameters)
    },
  }
  const beyond = []
  const totals = []
  let rows = 0
  for (let i = 1; i <= cycles; i++) {
    const at = new Date((until - 600 - i * 60) * 1_000)
    asked.length = 0
    const total = await timed(async () => {
      rows = await storeInstants(pool, [await takeSnapshot(counting, at, 15)])
    })
    // The same queries, answers read and thrown away: what Prometheus itself takes.
    const bare = await timed(() =>
      Promise.all(asked.map(({ path, parameters }) => askBare(url, path, parameters))),
    )
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

async function measureBackfill(pool, url, until) {
  const config = defineConfig()
  await storeInstants(pool, [{ at: new Date((until - daySeconds) * 1_000), rows: [] }])
  const backfill = createBackfill({ pool, prometheus: createPrometheusClient({ url }), config })
  let instants = 0
  let gaps = 0
  let greatest = 0
  const ms = await timed(async () => {
    for (let left = 1; left > 0; ) {
      const batch = await backfill.runBatch()
      instants += batch.filled
      gaps += batch.gaps
      left = batch.left
      greatest = Math.max(greatest, process.memoryUsage().rss)
      progress(`  ${left} instants left`)
    }
  })
  const { rows } = await pool.query('SELECT count(*)::float8 AS n FROM snapshots')
  figure('instants of a day filled in', instants, 'instants', { atLeast: 1_430 })
  figure('instants left as gaps', gaps, 'instants')
  figure('rows of a day filled in', rows[0].n, 'rows')
  figure('a day filled in', ms / 1_000, 's', { atMost: 300 })
  figure('memory at the worst', greatest / 2 ** 20, 'MiB', { atMost: 1_024 })
}

async function askBare(url, path, parameters) {
  const response = await fetch(`${url}/${path}`, { method: 'POST', body: new URLSearchParams(parameters) })
  await response.arrayBuffer()
}
