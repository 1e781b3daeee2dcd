import type { SnapshotRow } from '../../src/snapshots/row.js'

/** A row of a snapshot, for tests to which it does not matter what is in it. */
export const snapshotRow: SnapshotRow = {
  service: 'memory',
  model: 'a',
  contextSize: '8192',
  operation: 'search',
  kpi: 'f1_score',
  value: 0.9,
  samples: 20,
  mean: null,
  p50: null,
  p95: null,
  p99: null,
  max: null,
}
