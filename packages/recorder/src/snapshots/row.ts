import { largerContextSize, names } from '@mnemoscope/kpi'
import { storableText } from '../database/text.js'
import type { Sample } from '../prometheus/query.js'

/** One KPI of one series at one instant; what is unknown is null. */
export interface SnapshotRow {
  readonly service: string
  readonly model: string
  readonly contextSize: string
  readonly kpi: string
  readonly value: number | null
  readonly samples: number | null
  readonly mean: number | null
  readonly p50: number | null
  readonly p95: number | null
  readonly p99: number | null
  readonly max: number | null
}

type Field = Exclude<keyof SnapshotRow, 'service' | 'model' | 'contextSize' | 'kpi'>

/**
 * Rows of a snapshot from the recorded series at its instant. Each row is of one service, model and context size:
 * values of different ones never meet. Series without these labels, and names that are no recorded series, are left
 * out; NaN and infinities, which say that there is no value, become null.
 */
export function snapshotRows(samples: readonly Sample[]): SnapshotRow[] {
  const rows = new Map<string, Record<Field, number | null> & Omit<SnapshotRow, Field>>()
  for (const { labels, value } of samples) {
    const recorded = names.parseRecordedSeries(labels.__name__ ?? '')
    const service = storableText(labels[names.label.job] ?? '')
    const model = storableText(labels[names.label.model] ?? '')
    const contextSize = storableText(labels[names.label.contextSize] ?? '')
    if (!recorded || !service || !model || !contextSize) continue
    const { kpi } = recorded
    const key = JSON.stringify([service, model, contextSize, kpi])
    const row = rows.get(key) ?? { service, model, contextSize, kpi, ...unknown }
    row[recorded.field === 'current' ? 'value' : recorded.field] = Number.isFinite(value) ? value : null
    rows.set(key, row)
  }
  return [...rows.values()]
}

const unknown = { value: null, samples: null, mean: null, p50: null, p95: null, p99: null, max: null }

/** Tokens of a context size's label; null for `+Inf` and for a label that is no number. */
export function contextTokens(contextSize: string): number | null {
  const isNumber = contextSize !== largerContextSize && /^[1-9]\d{0,8}$|^1\d{9}$/.test(contextSize)
  return isNumber ? Number(contextSize) : null
}
