/** A service that does what it is sent, in a process of its own, so that its restarts are real ones. */
import { startMonitoring } from '@mnemoscope/instrumentation'
import type { ConfigInput } from '@mnemoscope/kpi'
import { defineConfig } from '@mnemoscope/kpi'

export interface Life {
  readonly service: string
  readonly port: number
  readonly config: ConfigInput
  readonly operations: readonly Parameters<ReturnType<Monitor['for']>['operation']>[0][]
}
type Monitor = Awaited<ReturnType<typeof startMonitoring>>

process.on('message', async ({ service, port, config, operations }: Life) => {
  const monitor = await startMonitoring({ service, port, config: defineConfig(config), required: true })
  const handle = monitor.for({ model: 'gpt-4o', contextSize: 8_000, operation: 'search' })
  for (const operation of operations) handle.operation(operation)
  process.send?.('done')
})
