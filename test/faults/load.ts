import { startMonitoring } from '@mnemoscope/instrumentation'
import { contextSizes, faultsConfig } from './config.js'
import { between, oneOf, type Random } from './random.js'

const models = ['mistral-7b', 'mixtral-8x7b', 'gpt-4o']
const healthy = { f1_score: 0.92, latency: 0.8, token_usage: 3_000 }
const breached: readonly [Partial<typeof healthy>, ...Partial<typeof healthy>[]] = [
  { f1_score: 0.78 },
  { f1_score: 0.6 },
  { latency: 7 },
  { latency: 25 },
  { token_usage: 30_000, latency: 12 },
]

export interface Load {
  /** Host and port of its /metrics. */
  readonly address: string
  /** Breaches that have begun. */
  readonly breaches: () => number
  /** No further breach begins; those that run end. */
  end(): void
  stop(): Promise<void>
}

/**
 * A service under load: every model and context size records all its KPIs, and each gets worse now and then for a
 * while, as the seed has it.
 */
export async function startLoad(random: Random): Promise<Load> {
  const monitor = await startMonitoring({ service: 'memory', port: 0, config: faultsConfig('127.0.0.1:1') })
  const lanes = models.flatMap((model) =>
    contextSizes.map((size) => ({
      handle: monitor.for({ model, contextSize: size - 100, operation: 'search' }),
      isBreached: false,
      worse: {} as Partial<typeof healthy>,
      changesAt: Date.now() + between(random, 2_000, 30_000),
    })),
  )
  let isEnding = false
  let breaches = 0
  const recording = setInterval(() => {
    for (const lane of lanes) {
      if (Date.now() >= lane.changesAt) {
        lane.isBreached = !lane.isBreached && !isEnding
        lane.worse = lane.isBreached ? oneOf(random, breached) : {}
        lane.changesAt = Date.now() + between(random, 4_000, lane.isBreached ? 15_000 : 25_000)
        if (lane.isBreached) breaches++
      }
      const noise = 1 + (random() - 0.5) / 50
      const { f1_score, latency, token_usage } = { ...healthy, ...lane.worse }
      lane.handle.operation({
        f1_score: f1_score * noise,
        latency: latency * noise,
        token_usage: token_usage * noise,
        context_utilization: 0.4,
        adaptation_success_rate: 'success',
        overflow_frequency: 'none',
      })
    }
  }, 100)
  return {
    address: new URL(monitor.url ?? '').host,
    breaches: () => breaches,
    end() {
      isEnding = true
      for (const lane of lanes) if (lane.isBreached) lane.changesAt = Date.now()
    },
    async stop() {
      clearInterval(recording)
      await monitor.stop()
    },
  }
}
