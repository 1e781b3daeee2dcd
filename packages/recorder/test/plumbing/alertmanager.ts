import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findTool, type RunningServer, startAlertmanager } from '@mnemoscope/servers'

const toolsDir = fileURLToPath(new URL('../../../../.mnemoscope/tools', import.meta.url))

/** An Alertmanager that sends the recorder everything, as with the generated configuration, but faster. */
export interface TestAlertmanager {
  readonly url: string
  readonly server: RunningServer
  stop(): Promise<void>
}

/** @param token what it sends the recorder, from a file; default none */
export async function startTestAlertmanager(recorderUrl: string, token?: string): Promise<TestAlertmanager> {
  const stateDir = await mkdtemp(join(tmpdir(), 'mnemoscope-alertmanager-'))
  const configFile = join(stateDir, 'alertmanager.yml')
  await writeFile(join(stateDir, 'token'), `${token}\n`)
  const authorization =
    token === undefined ? '' : ", http_config: {authorization: {type: Bearer, credentials_file: 'token'}}"
  await writeFile(
    configFile,
    `
route:
  receiver: recorder
  group_by: ['...']
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: recorder
    webhook_configs: [{url: '${recorderUrl}/api/webhook/alertmanager', send_resolved: true${authorization}}]
inhibit_rules:
  - source_matchers: [severity = critical]
    target_matchers: [severity = warning]
    equal: [kpi, job, model, context_size]
`,
  )
  const { command } = await findTool('alertmanager', { toolsDir })
  const server = await startAlertmanager({ stateDir, port: 0, command, configFile, stopGraceMs: 5_000 })
  return {
    url: server.url,
    server,
    async stop() {
      await server.stop()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}
