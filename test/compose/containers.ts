import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, startPostgres } from '@mnemoscope/servers'
import { startProcess } from '../../packages/servers/src/process/start-process.js'
import { findOnPath } from '../../packages/servers/src/tools/program.js'
import { asked, rolesFile } from '../dashboards/seed/postgres.js'
import { repository } from '../harness/repository.js'
import { interpolated, mountsOf, type Service, serviceOf } from './compose-file.js'

/** Ports that the containers listen on, by the name of their service. */
const ports = { postgres: 5432, prometheus: 9090, alertmanager: 9093, recorder: 9470, demo: 9464 } as const
export type ServiceName = keyof typeof ports

const secretsRoot = '/run/secrets'

/**
 * The machine on which the containers' command lines run without containers: below one folder lie the files that are
 * mounted, at the same paths, and every service has a free port in place of a host name of its own.
 */
export interface Ground {
  readonly folder: string
  readonly port: Readonly<Record<ServiceName, number>>
  /** Text with the paths and addresses of the containers replaced by those here. */
  here(text: string): string
}

export async function prepareGround(folder: string): Promise<Ground> {
  const chosen = await Promise.all(Object.keys(ports).map(async (name) => [name, await freePort()] as const))
  const port = Object.fromEntries(chosen) as Record<ServiceName, number>
  const here = (text: string) => {
    let local = interpolated(text)
    for (const [name, inside] of Object.entries(ports)) {
      const outside = port[name as ServiceName]
      local = local
        .replaceAll(`${name}:${inside}`, `127.0.0.1:${outside}`)
        .replaceAll(`0.0.0.0:${inside}`, `127.0.0.1:${outside}`)
        .replaceAll(`127.0.0.1:${inside}`, `127.0.0.1:${outside}`)
        .replaceAll(`--port=${inside}`, `--port=${outside}`)
    }
    return local
      .replaceAll('--host=0.0.0.0', '--host=127.0.0.1')
      .replaceAll(/(?<==|^|: |cat )(?=\/(?:etc|run|prometheus|alertmanager)\b)/g, folder)
  }
  for (const name of ['postgres', 'prometheus', 'recorder', 'alertmanager', 'grafana'])
    mkdirSync(join(folder, secretsRoot, name), { recursive: true })
  return { folder, port, here }
}

/** Puts what a service mounts from the repository at the same path below the ground's folder, addresses replaced. */
export function mountFiles({ folder, here }: Ground, service: Service): void {
  for (const { source, target, ofRepository } of mountsOf(service)) {
    const place = join(folder, target)
    if (ofRepository) copyHere(join(repository, source), place, here)
    else mkdirSync(place, { recursive: true })
  }
}

function copyHere(source: string, place: string, here: Ground['here']): void {
  if (statSync(source).isDirectory()) {
    for (const name of readdirSync(source)) copyHere(join(source, name), join(place, name), here)
    return
  }
  mkdirSync(dirname(place), { recursive: true })
  if (/\.ya?ml$/.test(source)) writeFileSync(place, here(readFileSync(source, 'utf8')))
  else cpSync(source, place)
}

/** Runs the script of the service `secrets` on the ground's folder, with the token that the user has set. */
export async function makeSecrets({ folder }: Ground, token = ''): Promise<void> {
  const script = join(repository, 'deploy/compose/make-secrets.sh')
  const env = { ...process.env, MNEMOSCOPE_TOKEN: token }
  const mnemoscope = [process.execPath, join(repository, 'packages/cli/bin/mnemoscope.js')]
  await promisify(execFile)('sh', [script, join(folder, secretsRoot), ...mnemoscope], { env })
}

/**
 * Starts Postgres with the roles and passwords that the service gives a new cluster. The image's own entry point runs
 * the same two files.
 * @returns what the passwords were set by
 */
export async function startPostgresAsComposed(
  ground: Ground,
  stops: (() => Promise<unknown>)[],
): Promise<string> {
  const server = await startPostgres({ stateDir: ground.folder, port: ground.port.postgres, durable: false })
  stops.push(server.stop)
  await asked(server.url, [rolesFile])
  const { environment = {} } = serviceOf('postgres')
  const file = (name: string) => ground.here(environment[name] as string)
  if (findOnPath(['psql']) === undefined) {
    const password = (name: string) => readFileSync(file(name), 'utf8').trim()
    await asked(server.url, [
      `ALTER ROLE mnemoscope_recorder PASSWORD '${password('RECORDER_PASSWORD_FILE')}'`,
      `ALTER ROLE mnemoscope_reader PASSWORD '${password('READER_PASSWORD_FILE')}'`,
    ])
    return 'statements, because there is no psql here'
  }
  const { username, password, port } = new URL(server.url)
  await promisify(execFile)('sh', [join(repository, 'deploy/postgres/passwords.sh')], {
    env: {
      ...process.env,
      PGHOST: '127.0.0.1',
      PGPORT: port,
      PGPASSWORD: password,
      POSTGRES_USER: username,
      POSTGRES_DB: environment.POSTGRES_DB,
      RECORDER_PASSWORD_FILE: file('RECORDER_PASSWORD_FILE'),
      READER_PASSWORD_FILE: file('READER_PASSWORD_FILE'),
    },
  })
  return 'deploy/postgres/passwords.sh'
}

/**
 * Starts a service's command line with a program, and waits until its own health check passes.
 * @returns how to end it, which is among `stops` too
 */
export async function startAsComposed(
  ground: Ground,
  name: ServiceName,
  program: readonly [command: string, ...args: string[]],
  stops: (() => Promise<unknown>)[],
): Promise<() => Promise<unknown>> {
  const service = serviceOf(name)
  mountFiles(ground, service)
  const [command, ...args] = program
  // Options of Node itself, between it and its script.
  const options = (service.entrypoint ?? []).filter((word) => word.startsWith('--')).map(ground.here)
  const environment = Object.entries(service.environment ?? {}).map(([key, value]) => [
    key,
    ground.here(value),
  ])
  const cwd = join(ground.folder, service.working_dir ?? '/etc')
  mkdirSync(cwd, { recursive: true })
  const server = await startProcess({
    name,
    command,
    args: [...options, ...args, ...(service.command ?? []).map(ground.here)],
    env: { ...process.env, ...Object.fromEntries(environment) },
    cwd,
    stateDir: ground.folder,
    ready: async () => {
      // Rejects until the service listens: a health check that starts Node for nothing costs 0.1 s of CPU, 40 times a second.
      await fetch(`http://127.0.0.1:${ground.port[name]}/`)
      return isHealthy(ground, service)
    },
    readyTimeoutMs: 60_000,
  })
  stops.push(server.stop)
  return server.stop
}

/** What the engine would find: the exit code of the health check's command. */
async function isHealthy(ground: Ground, { healthcheck }: Service): Promise<boolean> {
  const [, command = '', ...args] = (healthcheck?.test ?? []).map(ground.here)
  await promisify(execFile)(command === 'node' ? process.execPath : command, args)
  return true
}
