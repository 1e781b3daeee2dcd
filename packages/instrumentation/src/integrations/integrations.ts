import type { Settings } from '@mnemoscope/kpi'
import type { WarningHandler } from '../guards/warn-once.js'
import type { Handle, HandleLabels } from '../handle/handle-types.js'
import {
  adaptationMeasurements,
  benchmarkMeasurements,
  overflowMeasurements,
  type ResultMeasurements,
  type ResultPlace,
} from './measurements-of.js'
import type { AdaptationResult, BenchmarkResult, OverflowResult } from './results.js'

/** Which sources' results become measurements. */
export type IntegrationSwitches = Settings['integrations']

/** Results of the systems around a memory system, taken as they are. None of these ever throws. */
export interface Integrations {
  /** Takes a benchmark's result. The result does not say how large the context was, so the caller does. */
  benchmark(result: BenchmarkResult, place: ResultPlace): void
  /** Takes what fitting a context into a model's window gave. */
  overflow(result: OverflowResult, place: HandleLabels): void
  /** Takes the outcome of a change of model. */
  adaptation(result: AdaptationResult, place?: Pick<HandleLabels, 'operation'>): void
  /** Switches sources on or off from now on; those not named stay as they are. */
  switch(switches: Partial<IntegrationSwitches>): void
  /** What is switched on now. */
  readonly switches: IntegrationSwitches
}

export function integrations(
  initial: IntegrationSwitches,
  resolve: (labels: HandleLabels) => Handle,
  warn: WarningHandler,
): Integrations {
  let switches = { ...initial }

  function take(on: boolean, measurements: () => ResultMeasurements): void {
    if (!on) return
    try {
      const { labels, values, metadata } = measurements()
      resolve(labels).operation(values, metadata)
    } catch (error) {
      warn({ code: 'HOOK_FAILED', message: `A result was no object that could be read: ${String(error)}` })
    }
  }

  return {
    benchmark: (result, place) => take(switches.benchmark, () => benchmarkMeasurements(result, place)),
    overflow: (result, place) => take(switches.overflow, () => overflowMeasurements(result, place)),
    adaptation: (result, place = {}) =>
      take(switches.adaptation, () => adaptationMeasurements(result, place)),
    switch(changed) {
      switches = { ...switches, ...changed }
    },
    get switches() {
      return switches
    },
  }
}
