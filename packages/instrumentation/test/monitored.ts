import { afterEach } from '@jest/globals'
import type { Config } from '@mnemoscope/kpi'
import { type Monitor, type MonitoringOptions, startMonitoring, type Warning } from '../src/index.js'

/** Monitors for one test file: stopped after each test, their warnings kept for it. */
export function monitors() {
  const running: { stop(): Promise<void> }[] = []
  const warnings: Warning[] = []
  afterEach(async () => {
    warnings.length = 0
    await Promise.all(running.splice(0).map((monitor) => monitor.stop()))
  })
  return {
    warnings,
    async start<C extends Config = Config>(options: Partial<MonitoringOptions<C>> = {}): Promise<Monitor<C>> {
      const monitor = await startMonitoring<C>({
        service: 'memory-api',
        port: 0,
        onWarning: (warning) => warnings.push(warning),
        ...options,
      })
      running.push(monitor)
      return monitor
    },
  }
}
