import type { WarningHandler } from '../guards/warn-once.js'
import type { Handle, HandleLabels } from '../handle/handle-types.js'
import { startProbe } from './probe.js'
import type { Probe, ProbeOptions } from './probe-options.js'

/** The probes of a monitor. */
export interface Probes {
  /** Starts one; after `stop`, one that is stopped already. */
  start(options: ProbeOptions): Probe
  /** Stops them all. */
  stop(): void
  /** Probes at work. */
  size(): number
}

export function probes(resolve: (labels: HandleLabels) => Handle, warn: WarningHandler): Probes {
  const atWork = new Set<Probe>()
  let stopped = false
  return {
    start(options) {
      const handle = resolve({ operation: 'probe', ...options.labels })
      const probe = startProbe(options, { handle, warn, ended: () => atWork.delete(probe) })
      atWork.add(probe)
      if (stopped) probe.stop()
      return probe
    },
    stop() {
      stopped = true
      for (const probe of atWork) probe.stop()
    },
    size: () => atWork.size,
  }
}
