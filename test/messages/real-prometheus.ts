import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { generate } from '@mnemoscope/generate'
import { startMonitoring } from '@mnemoscope/instrumentation'
import { defineConfig } from '@mnemoscope/kpi'
import { freePort, startPrometheus } from '@mnemoscope/servers'
import { eventually } from '../harness/eventually.js'
import { mediaOf, type Stage, stage } from './stage.js'

const service = 'memory'
/** Long enough for a message that should not come: rules and groups are looked at each second. */
const longMs = 15_000

/**
 * One breach of a real service, from its operations to the media, in whose middle Prometheus is killed and starts again:
 * how many messages each medium got. One says that it began and one that it ended.
 */
export async function messagesOverRestart(
  version: string,
  command: string,
  prometheusCommand: string,
): Promise<Map<string, number>> {
  const kpis = { f1_score: { operations: 2 } } as const
  const places = { contextSizes: [8_192, 131_072], kpis }
  const monitor = await startMonitoring({ service, port: 0, config: defineConfig(places) })
  // As by default, the levels of a breach have the time to come together.
  const alerting = { groupWait: '15s' } as const
  const services = [{ name: service, targets: [new URL(monitor.url as string).host] }]
  const running = await stage({ command, version, config: () => ({ kpis, services, alerting }) })
  const handles = ['gpt-4o', 'mistral-7b'].map((model) =>
    monitor.for({ model, contextSize: 8_000, operation: 'search' }),
  )
  let f1 = 0.95
  const recording = setInterval(() => {
    for (const handle of handles) handle.operation({ f1_score: f1 })
  }, 100)
  let prometheus: Awaited<ReturnType<typeof startPrometheus>> | undefined
  try {
    const start = await prometheusOf(running, prometheusCommand)
    prometheus = await start()
    await sleep(longMs)
    f1 = 0.4
    await eventually('messages about the breach', () => Math.min(...counts(running, version).values()) >= 1)
    await prometheus.kill()
    await sleep(5_000)
    prometheus = await start()
    await sleep(longMs)
    f1 = 0.95
    await eventually('messages about its end', () => Math.min(...counts(running, version).values()) >= 2, {
      withinMs: 120_000,
    })
    await sleep(longMs)
    return counts(running, version)
  } finally {
    clearInterval(recording)
    await monitor.stop()
    await prometheus?.stop()
    await running.stop()
  }
}

/** Starts the Prometheus of a stage, again with what it had stored. */
export async function prometheusOf({ folder, config, url }: Stage, command: string) {
  const files = generate(config, {
    endpoints: { ...config.endpoints, alertmanager: url() },
    ruleTests: false,
  })
  for (const [path, text] of files) {
    if (!path.startsWith('prometheus/')) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  const port = await freePort()
  return () =>
    startPrometheus({
      command,
      configFile: join(folder, 'prometheus/prometheus.yml'),
      stateDir: join(folder, '.mnemoscope'),
      port,
    })
}

/** Messages of each medium about the F1 score of the service. */
function counts(running: Stage, version: string): Map<string, number> {
  const all = running.messages()
  const incidents = new Set(all.filter(({ raw }) => raw.includes('F1 score')).map(({ incident }) => incident))
  const about = all.filter(
    ({ raw, incident }) => raw.includes('F1 score') || (incident !== undefined && incidents.has(incident)),
  )
  return new Map(mediaOf(version).map((each) => [each, about.filter(({ medium }) => medium === each).length]))
}
