import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { grafanaEnvironment, grafanaFolders, readerRole } from '@mnemoscope/generate'
import { type GrafanaProgram, makeReader, type RunningServer, startGrafana } from '@mnemoscope/servers'
import { writeFiles } from '../project-files.js'

export interface GrafanaServiceOptions {
  readonly program: GrafanaProgram
  readonly stateDir: string
  readonly port: number
  /** Of the embedded Postgres' administrator. */
  readonly database: string
  /** The generated files of this run. */
  readonly files: ReadonlyMap<string, string>
  /** Folder in which those in force lie, whichever generation that is. */
  readonly current: string
}

/** Grafana with the generated data sources and dashboards; an edited configuration's dashboards follow by themselves. */
export async function grafanaService(options: GrafanaServiceOptions): Promise<RunningServer> {
  const { program, stateDir, port, database, files, current } = options
  const folder = join(stateDir, 'grafana')
  writeFiles(folder, provisioningOf(files, current))
  const password = randomBytes(24).toString('hex')
  await makeReader(database, { role: readerRole, password })
  return startGrafana({
    program,
    stateDir,
    port,
    provisioningDir: join(folder, 'provisioning'),
    password: randomBytes(24).toString('hex'),
    variables: readerVariables(database, password),
  })
}

/** The provisioning files, which name the folder of dashboards in the containers, with the one of this run. */
export function provisioningOf(
  files: ReadonlyMap<string, string>,
  current: string,
): ReadonlyMap<string, string> {
  const { provisioning, dashboards, mounted } = grafanaFolders
  return new Map(
    [...files]
      .filter(([path]) => path.startsWith(`${provisioning}/`))
      .map(([path, text]) => [
        `provisioning/${path.slice(provisioning.length + 1)}`,
        text.replaceAll(mounted, join(current, dashboards)),
      ]),
  )
}

/** Where the provisioned data source finds Postgres, as its reader. */
export function readerVariables(database: string, password: string): Record<string, string> {
  const { host, pathname } = new URL(database)
  return {
    [grafanaEnvironment.address]: host,
    [grafanaEnvironment.database]: decodeURIComponent(pathname.slice(1)),
    [grafanaEnvironment.sslMode]: 'disable',
    [grafanaEnvironment.password]: password,
  }
}
