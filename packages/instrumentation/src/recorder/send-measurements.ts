import { randomInt } from 'node:crypto'
import { type CertifiedFetch, type Config, severityOf } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warnings.js'
import { measurementListener } from '../record/listeners.js'
import type { Measurement, MeasurementProcessor } from '../record/processor.js'
import type { ThresholdsInUse } from '../record/thresholds-in-use.js'
import { logRecord } from './log-record.js'
import { type Outbox, outbox } from './outbox.js'
import { sendLogs } from './send-logs.js'

/** Number of distinct measurements in one millisecond. */
const sequences = 1_000_000

export interface SendMeasurementsOptions {
  /** Base address of the recorder. */
  readonly recorder: string
  readonly headers: Headers
  /** How requests are sent: with a certificate, if the recorder asks for one. */
  readonly fetch: CertifiedFetch
  readonly config: Config
  readonly resource: Readonly<Record<string, string>>
  readonly processor: MeasurementProcessor
  readonly thresholds: Pick<ThresholdsInUse, 'at'>
  readonly now: () => number
  readonly warn: WarningHandler
  readonly dropped: (count: number) => void
  /** Time limit of the last requests when the service ends. */
  readonly stopMilliseconds: number
}

/**
 * Sends single measurements with metadata, trace and weight to the recorder: all breaches, and a sample of the others. Lost
 * measurements are counted and warned about once; the weights of the others do not make up for them.
 */
export function sendMeasurements(options: SendMeasurementsOptions): Pick<Outbox, 'flush' | 'stop'> {
  const { recorder, config, processor, thresholds, now, warn, dropped } = options
  const { measurementSampling } = config.instrumentation
  const records = outbox({
    stopMilliseconds: options.stopMilliseconds,
    send: (batch, signal) => sendLogs(options, batch, signal),
    dropped(count, why) {
      dropped(count)
      warn({
        code: 'MEASUREMENTS_DROPPED',
        message: `Single measurements for the recorder at ${recorder} were lost; the metrics still hold them. ${why}`,
      })
    },
  })
  // Starts at a random number: the recorder stores two equal records of one service as one, so the records of two
  // processes have to differ.
  let sequence = randomInt(sequences)
  const sending = (breach: boolean) =>
    measurementListener(
      (measurement) => {
        sequence = (sequence + 1) % sequences
        const choice = { breach, sampling: measurementSampling }
        records.add({ ...logRecord(measurement, choice, sequence), breach })
      },
      now,
      warn,
    )
  const ofBreaches = sending(true)
  const ofSamples = sending(false)
  const stopListening = processor.listen({
    ignored: ofSamples.ignored,
    onMeasurement(measurement) {
      if (isBreach(measurement, thresholds)) ofBreaches.onMeasurement(measurement)
      // Random, so that a regular pattern in the traffic is not always kept or always missed.
      else if (Math.random() < measurementSampling) ofSamples.onMeasurement(measurement)
    },
  })
  return {
    flush: records.flush,
    stop() {
      stopListening()
      return records.stop()
    },
  }
}

function isBreach({ kpi, value, place }: Measurement, thresholds: Pick<ThresholdsInUse, 'at'>): boolean {
  return (
    typeof value === 'number' && severityOf(kpi.direction, thresholds.at(kpi, place), value) !== undefined
  )
}
