import { randomInt } from 'node:crypto'
import { type Config, isBreach, thresholdsAt } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warn-once.js'
import type { Attention, Measurement } from '../handle/attention.js'
import { measurementWatcher } from '../reactions/measurements.js'
import { logRecord } from './log-record.js'
import { outbox } from './outbox.js'
import { sendLogs } from './send-logs.js'

/** Measurements of the same millisecond that are told apart. */
const sequences = 1_000_000

export interface SendMeasurementsOptions {
  /** Base address of the recorder. */
  readonly recorder: string
  readonly headers: Headers
  readonly config: Config
  readonly resource: Readonly<Record<string, string>>
  readonly attention: Attention
  readonly now: () => number
  readonly warn: WarningHandler
  readonly dropped: (count: number) => void
}

/**
 * Sends single measurements with metadata and trace to the recorder: a sample of them, and every breach. What is lost is
 * counted, and warned of once.
 */
export function sendMeasurements(options: SendMeasurementsOptions): { stop(): Promise<void> } {
  const { recorder, config, attention, now, warn, dropped } = options
  const { measurementSampling } = config.instrumentation
  const records = outbox({
    send: (batch, signal) => sendLogs(options, batch, signal),
    dropped(count, why) {
      dropped(count)
      warn({
        code: 'MEASUREMENTS_DROPPED',
        message: `Single measurements for the recorder at ${recorder} were lost; all are in the metrics. ${why}`,
      })
    },
  })
  // Begun anywhere, because the recorder takes two records of one service that are alike in all, this too, for one:
  // processes of a service must not count alike.
  let sequence = randomInt(sequences)
  const sending = (breach: boolean) =>
    measurementWatcher(
      (measurement) => {
        sequence = (sequence + 1) % sequences
        records.add({ ...logRecord(measurement, sequence), breach })
      },
      now,
      warn,
    )
  const ofBreaches = sending(true)
  const ofSamples = sending(false)
  const unwatch = attention.watch({
    quiet: ofSamples.quiet,
    heard(measurement) {
      if (breaches(measurement)) ofBreaches.heard(measurement)
      // Which ones are kept is drawn by lot, so that no rhythm of the traffic is kept or missed as a whole.
      else if (Math.random() < measurementSampling) ofSamples.heard(measurement)
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
