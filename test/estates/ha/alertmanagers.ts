import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findTool, freePort, startProcess } from '@mnemoscope/servers'
import { toolsDir } from '../../harness/repository.js'

/** One Alertmanager of a cluster. */
export interface ClusteredAlertmanager {
  readonly url: string
  kill(): Promise<void>
  /** Starts it again, at the same addresses and with what it had stored. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts two Alertmanagers that gossip; both send the recorder everything, fast. */
export async function startCluster(
  folder: string,
  recorderUrl: string,
): Promise<[ClusteredAlertmanager, ClusteredAlertmanager]> {
  const configFile = join(folder, 'alertmanager.yml')
  writeFileSync(
    configFile,
    `
route:
  receiver: recorder
  group_by: [job, kpi, model]
  group_wait: 1s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: recorder
    webhook_configs: [{url: '${recorderUrl}/api/webhook/alertmanager', send_resolved: true}]
`,
  )
  const { command } = await findTool('alertmanager', { toolsDir })
  const gossip = [await freePort(), await freePort()] as const
  const start = async (name: string, own: number, peer: number): Promise<ClusteredAlertmanager> => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const begin = () =>
      startProcess({
        name,
        command,
        args: [
          `--config.file=${configFile}`,
          `--storage.path=${join(folder, name)}`,
          `--web.listen-address=127.0.0.1:${port}`,
          `--cluster.listen-address=127.0.0.1:${own}`,
          `--cluster.peer=127.0.0.1:${peer}`,
          // The one that is not the first waits so long for the other's notification before it sends its own.
          '--cluster.peer-timeout=2s',
          '--cluster.settle-timeout=1s',
        ],
        stateDir: folder,
        ready: async () => (await fetch(`${url}/-/ready`)).ok,
        readyTimeoutMs: 30_000,
      })
    let server = await begin()
    return {
      url,
      kill: () => server.kill(),
      async restart() {
        server = await begin()
      },
      stop: () => server.stop(),
    }
  }
  return Promise.all([
    start('alertmanager-1', gossip[0], gossip[1]),
    start('alertmanager-2', gossip[1], gossip[0]),
  ])
}
