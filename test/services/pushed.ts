import { startReceiver } from './receiver.js'
import { ended, start, until } from './running.js'
import { address, counted, nothing, type Outcome, operation } from './shape.js'

/** How a program that pushes and ends runs. */
export interface Pushed {
  readonly folder: string
  readonly program: string
  readonly env?: Readonly<Record<string, string>>
}

const starts = 3
const operationsOfEachStart = 10

/** Runs a program that pushes and ends, several times, one after the other. */
export async function runPushed({ folder, program, env }: Pushed): Promise<Outcome> {
  const receiver = await startReceiver()
  let [recorded, sent] = [nothing, 0]
  const warnings: string[] = []
  try {
    for (let i = 0; i < starts; i++) {
      const addresses: string[] = []
      for (let j = 0; j < operationsOfEachStart; j++) {
        const each = operation(sent++)
        addresses.push(`http://service${address(each)}`)
        recorded = counted(recorded, each)
      }
      const running = start(process.execPath, [program, ...addresses], folder, {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_METRIC_EXPORT_INTERVAL: '3600000',
        METRICS_PORT: '0',
        ...env,
      })
      await ended(running)
      if (running.process.exitCode !== 0 && running.process.signalCode !== 'SIGKILL')
        throw new Error(running.output())
      warnings.push(...[...running.output().matchAll(/warned (.*)/g)].map(([, text = '']) => text))
    }
    await until('the last push', async () => receiver.total().operations >= recorded.operations).catch(
      () => {},
    )
    return { recorded, shown: receiver.total(), warnings }
  } finally {
    receiver.stop()
  }
}
