import { expect } from '@jest/globals'
import { defineConfig, retentionOf } from '@mnemoscope/kpi'
import { applyRetention } from '../../../packages/recorder/src/database/retention.js'
import { createPool, prepareDatabase } from '../../../packages/recorder/src/index.js'
import { rollUp } from '../../../packages/recorder/src/snapshots/rollup.js'
import { snapshotRows } from '../../../packages/recorder/src/snapshots/row.js'
import { storeInstants } from '../../../packages/recorder/src/snapshots/store.js'

/** What a recorder does in its first hours: partitions, rows, roll-ups, retention, views and functions. */
export async function keepsHistory(url: string): Promise<void> {
  expect(await prepareDatabase(url)).toBe(true)
  expect(await prepareDatabase(url)).toBe(false)
  const pool = createPool(url)
  try {
    const now = new Date()
    const at = new Date(Math.floor(now.getTime() / 3_600_000 - 2) * 3_600_000)
    const labels = { job: 'memory', model: 'a', context_size: '8192' }
    const name = 'job_model_context_size_operation:mnemoscope_f1_score:current'
    const rows = snapshotRows([{ labels: { __name__: name, ...labels }, value: 0.9 }])
    await storeInstants(pool, [{ at, rows }])
    expect(await rollUp(pool, now)).toBe(1)
    await applyRetention(pool, retentionOf(defineConfig()), now)
    const seen = await pool.query('SELECT model, f1_score FROM performance_snapshots')
    expect(seen.rows).toEqual([{ model: 'a', f1_score: 0.9 }])
    const since = [new Date(at.getTime() - 1), now]
    const compared = await pool.query('SELECT mean FROM compare_models($1, $2)', since)
    expect(compared.rows).toEqual([{ mean: 0.9 }])
    const later = new Date(now.getTime() + 400 * 86_400_000)
    const { droppedPartitions, failures } = await applyRetention(pool, retentionOf(defineConfig()), later)
    expect(droppedPartitions.length).toBeGreaterThan(0)
    expect(failures).toEqual(new Map())
  } finally {
    await pool.end()
  }
}
