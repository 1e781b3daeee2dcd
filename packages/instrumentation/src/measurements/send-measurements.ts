import { type Config, isBreach, thresholdsAt } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warn-once.js'
import type { Attention, Measurement } from '../handle/attention.js'
import { measurementWatcher } from '../reactions/measurements.js'
import { logRecord } from './log-record.js'
import { outbox } from './outbox.js'
import { sendLogs } from './send-logs.js'

export interface SendMeasurementsOptions {
  /** Base address of the recorder. */
  readonly recorder: string
  readonly config: Config
  readonly resource: Readonly<Record<string, string>>
  readonly attention: Attention
  readonly now: () => number
  readonly warn: WarningHandler
  readonly dropped: (count: number) => void
}

/** Sends single measurements with metadata and trace to the recorder: a sample of them, and every breach. */
export function sendMeasurements(options: SendMeasurementsOptions): { stop(): Promise<void> } {
  const { recorder, config, resource, attention, now, warn, dropped } = options
  const { measurementSampling } = config.instrumentation
  const records = outbox({
    send: (batch, signal) => sendLogs(recorder, resource, batch, signal),
    dropped,
  })
  let sequence = 0
  const watcher = measurementWatcher(
    (measurement) => {
      sequence = (sequence + 1) % 1_000_000
      records.add(logRecord(measurement, sequence))
    },
    now,
    warn,
  )
  const unwatch = attention.watch({
    quiet: watcher.quiet,
    heard(measurement) {
      // Which ones are kept is drawn by lot, so that no rhythm of the traffic is kept or missed as a whole.
      if (breaches(measurement) || Math.random() < measurementSampling) watcher.heard(measurement)
    },
  })
  return {
    stop() {
      unwatch()
      return records.stop()
    },
  }
}

function breaches({ kpi, value, place }: Measurement): boolean {
  if (typeof value !== 'number') return false
  return Object.values(thresholdsAt(kpi, place)).some((threshold) =>
    isBreach(kpi.direction, value, threshold),
  )
}
