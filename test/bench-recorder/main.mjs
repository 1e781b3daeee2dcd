/**
 * The recorder between a real Prometheus and a real Postgres: what a snapshot of many series costs, how long a day
 * takes to be filled in, and how fast a month is looked at. packages/recorder/bench has what needs no Prometheus.
 * Build first.
 *
 *   node test/bench-recorder/main.mjs [--json] [--pairs 1000] [--rows 10000000] [--only prometheus|month]
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createPool, migrate } from '@mnemoscope/recorder'
import { startPostgres } from '@mnemoscope/servers'
import { finish } from '../../packages/recorder/bench/figures.mjs'
import { measureFromPrometheus } from './from-prometheus.mjs'
import { measureMonth } from './month.mjs'

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '1000' },
    rows: { type: 'string', default: '10000000' },
    only: { type: 'string', default: '' },
  },
})

const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-bench-'))
chmodSync(folder, 0o755)
const postgres = await startPostgres({ stateDir: folder, port: 0 })
try {
  if (options.only !== 'month') {
    await inDatabase('cycles', (pool) =>
      measureFromPrometheus({ pool, folder, pairs: Number(options.pairs) }),
    )
  }
  if (options.only !== 'prometheus') {
    await inDatabase('month', (pool, databaseUrl) =>
      measureMonth({ pool, databaseUrl, rows: Number(options.rows) }),
    )
  }
} finally {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
}
finish()

async function inDatabase(name, measure) {
  const first = createPool(postgres.url)
  await first.query(`CREATE DATABASE ${name}`)
  await first.end()
  const url = new URL(postgres.url)
  url.pathname = `/${name}`
  await migrate(url.href)
  const pool = createPool(url.href)
  try {
    await measure(pool, url.href)
  } finally {
    await pool.end()
  }
}
