// A worker of a service: records what it is told to, and answers when it has.

import { startMonitoring } from '@mnemoscope/instrumentation'
import { defineConfig } from '@mnemoscope/kpi'

const { PORT, SERVICE = 'memory', EXTRA_KPI } = process.env
const extra = {
  title: 'Extra',
  description: 'Another KPI',
  unit: '1',
  instrument: 'histogram',
  boundaries: [0.5, 1],
  direction: 'higher_is_better',
  range: { min: 0, max: 1 },
  statistic: 'mean',
} as const
const monitor = await startMonitoring({
  service: SERVICE,
  config: defineConfig(EXTRA_KPI === undefined ? {} : { kpis: { extra } }),
  port: Number(PORT),
  onWarning: ({ code, message }) => process.send?.({ warned: `${code} ${message}` }),
})
const handle = monitor.for({ model: 'm', contextSize: 8_192, operation: 'search' })

process.on('message', async ({ record = [], memory, stop }: Told) => {
  for (const value of record) handle.f1_score.record(value)
  if (memory !== undefined) handle.memory_usage.record(memory)
  if (stop !== true) return void process.send?.({ recorded: record.length })
  await monitor.stop()
  process.exit()
})
process.send?.({ started: true })

/** What a worker is told. */
export interface Told {
  readonly record?: readonly number[]
  readonly memory?: number
  readonly stop?: true
}
