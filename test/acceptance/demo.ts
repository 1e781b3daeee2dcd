import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { startUp, temporaryFolder, type Up } from '../harness/index.js'
import { linkTools } from '../harness/link-tools.js'

/** A configuration whose pipeline snapshots within seconds, and alerts as fast as that is asked for. */
const config = (alertCheckInterval: string) => `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  contextSizes: [8_192, 32_768, 131_072],
  scrapeInterval: '1s', alertCheckInterval: '${alertCheckInterval}', snapshotInterval: '2s',
  alerting: { groupInterval: '1s' },
  kpis: { f1_score: { operations: 2 } },
  services: [{ name: 'demo', targets: ['127.0.0.1:9464'] }],
})
`

/** A demo that runs in a folder of its own, with a connection to its database. */
export interface Demo {
  readonly folder: string
  readonly up: Up
  readonly database: pg.Client
  /** Starts it again in the same folder, after its end. */
  restart(): Promise<void>
  /** Ends what still runs, and removes the folder. */
  stop(): Promise<void>
}

/**
 * Starts `mnemoscope up --demo`, its ports chosen by itself.
 * @param alertCheckInterval how often all rules are evaluated, which each time takes a good part of a core
 */
export async function startDemo(name: string, alertCheckInterval = '1s'): Promise<Demo> {
  const folder = temporaryFolder(name)
  writeFileSync(join(folder.path, 'mnemoscope.config.ts'), config(alertCheckInterval))
  linkTools(folder.path)
  const start = async () => {
    const up = await startUp(folder.path, ['--demo', '--ports', 'auto'])
    const database = new pg.Client(up.run.database)
    // Its server may end first.
    database.on('error', () => {})
    await database.connect()
    return { up, database }
  }
  let running = await start()
  return {
    folder: folder.path,
    get up() {
      return running.up
    },
    get database() {
      return running.database
    },
    async restart() {
      running = await start()
    },
    async stop() {
      await running.database.end()
      await running.up.end('SIGTERM')
      folder.remove()
    },
  }
}

/** Whether a process runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
