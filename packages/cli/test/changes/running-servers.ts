import { join } from 'node:path'
import { type GenerateOptions, generate } from '@mnemoscope/generate'
import type { Config } from '@mnemoscope/kpi'
import {
  findTools,
  freePort,
  type RunningServer,
  startAlertmanager,
  startPrometheus,
} from '@mnemoscope/servers'
import { toolsDir } from '../../../../test/harness/repository.js'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { type Generations, generationsIn } from '../../src/changes/applied-folder.js'
import { checkWithTools } from '../../src/check-with-tools.js'

/** Time until an edit must be applied. Real servers on a busy machine take their time. */
export const mostOfAnEdit = { withinMs: 180_000 } as const
/** Limit of a test with several edits. */
export const mostOfATest = 300_000

/** Real Prometheus and Alertmanager that read the current generation of a folder. */
export interface RunningServers {
  readonly folder: string
  readonly stateDir: string
  readonly generations: Generations
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  readonly prometheus: RunningServer
  readonly alertmanager: RunningServer
  readonly check: (folder: string) => Promise<unknown>
  files(config: Config): Map<string, string>
  /** On the same port, after it was stopped. */
  startAlertmanagerAgain(): Promise<void>
  stop(): Promise<void>
}

export async function startRunningServers(config: Config): Promise<RunningServers> {
  const temporary = temporaryFolder('changes')
  const folder = join(temporary.path, 'generated')
  const tools = await findTools(['prometheus', 'alertmanager'], { toolsDir })
  const [prometheusPort, alertmanagerPort, nobody] = [await freePort(), await freePort(), await freePort()]
  const endpoints: GenerateOptions['endpoints'] = {
    prometheus: `http://127.0.0.1:${prometheusPort}`,
    alertmanager: `http://127.0.0.1:${alertmanagerPort}`,
    // Not the default address: a pipeline that runs beside the tests must not receive their alerts.
    recorder: `http://127.0.0.1:${nobody}`,
  }
  const generated = new Map<string, Map<string, string>>()
  /** A copy: tests break it. */
  const files = (of: Config) => {
    const key = JSON.stringify(of)
    const known = generated.get(key) ?? generate(of, { endpoints, parts: [], ruleTests: false })
    generated.set(key, known)
    return new Map(known)
  }
  const generations = generationsIn(folder)
  generations.activate(generations.add(files(config)))
  const common = { stateDir: temporary.path, stopGraceMs: 5_000 }
  const startAgain = () =>
    startAlertmanager({
      ...common,
      command: tools.alertmanager.command,
      configFile: join(generations.current, 'alertmanager/alertmanager.yml'),
      port: alertmanagerPort,
    })
  let alertmanager = await startAgain()
  const prometheus = await startPrometheus({
    ...common,
    command: tools.prometheus.command,
    configFile: join(generations.current, 'prometheus/prometheus.yml'),
    port: prometheusPort,
    alertResendDelay: '1s',
  })
  return {
    folder,
    stateDir: temporary.path,
    generations,
    prometheusUrl: prometheus.url,
    alertmanagerUrl: alertmanager.url,
    prometheus,
    get alertmanager() {
      return alertmanager
    },
    async startAlertmanagerAgain() {
      alertmanager = await startAgain()
    },
    check: (of) => checkWithTools(of, join(toolsDir, '..')),
    files,
    async stop() {
      await prometheus.stop()
      await alertmanager.stop()
      temporary.remove()
    },
  }
}
