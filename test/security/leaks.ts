import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { secretSettings } from '../../packages/kpi/src/index.js'
import { apiDocument } from '../../packages/recorder/src/api/routes.js'
import { mnemoscope, type Up } from '../harness/command.js'
import { eventually } from '../harness/eventually.js'
import { canariesIn, type Planted, readableWithCanaries } from './canaries.js'

/** A `mnemoscope up` that runs with a planted configuration. */
export interface Target {
  readonly folder: string
  readonly up: Up
  readonly given: Planted
  /** Of the recorder. */
  readonly key: string
}

/** Where canaries may not be, each with what was found there: the settings whose canaries it has. */
export async function leaks(target: Target): Promise<Record<string, string[]>> {
  const { up, folder, given, key } = target
  const kinds = new Map(secretSettings())
  const secrets = [...given.canaries].filter(([setting]) => kinds.get(setting) !== 'hidden')
  const found = (text: string) => canariesIn(text, given)
  const answers = await answersOf(up.run.recorder, key)
  const before = {
    'answers of the API': found(answers),
    'metrics of the recorder': found(await text(`${up.run.recorder}/metrics`)),
    'tables of the database': found(await tables(up.run.database)),
    'what Prometheus shows': found(await prometheusText(up.run.prometheus, up.run.serversPasswordFile)),
    'arguments and environment of processes': found(processes(Object.values(up.run.pids))),
    'the HTML report': found((await mnemoscope(folder, ['report', '--html'])).stdout),
    'the output of status': found((await mnemoscope(folder, ['status'])).stdout),
  }
  return { ...before, ...(await afterBrokenEdit(target)), ...afterAll() }

  function afterAll() {
    return {
      'the output of up': found(up.output()),
      logs: found(logs(folder)),
      'files that others can read': readableWithCanaries(
        folder,
        secrets.map(([, canary]) => canary),
      ),
    }
  }
}

/** What the recorder says of a configuration that has every secret under a wrong key. */
async function afterBrokenEdit({ folder, up, given, key }: Target): Promise<Record<string, string[]>> {
  const file = join(folder, 'mnemoscope.config.ts')
  const was = readFileSync(file, 'utf8')
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  writeFileSync(file, was.replaceAll('"webhook"', '"webhok"').replaceAll('"prometheus"', '"promtheus"'))
  try {
    const problem = await eventually('the problem on the page', async () => {
      const answer = await text(`${up.run.recorder}/api/config`, headers)
      return (JSON.parse(answer) as { problem: object | null }).problem !== null && answer
    })
    const refused = await fetch(`${up.run.recorder}/api/config`, { method: 'PUT', headers, body: '{}' })
    const answer = await refused.text()
    if (refused.status !== 422) throw new Error(`a broken configuration was answered with ${refused.status}`)
    return {
      'the problem of a broken configuration': canariesIn(problem, given),
      'the refusal of a broken configuration': canariesIn(answer, given),
    }
  } finally {
    writeFileSync(file, was)
  }
}

async function answersOf(recorder: string, key: string): Promise<string> {
  const headers = { authorization: `Bearer ${key}` }
  const paths = Object.entries(apiDocument([]).paths)
    .filter(([path, methods]) => 'get' in methods && !path.includes('{') && path !== '/api/events')
    .map(([path]) => path)
  const answers = await Promise.all(paths.map((path) => text(`${recorder}${path}`, headers)))
  return answers.join('\n')
}

async function text(url: string, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(url, { headers, signal: AbortSignal.timeout(10_000) })).text()
}

async function prometheusText(prometheus: string, passwordFile: string): Promise<string> {
  const user = `mnemoscope:${readFileSync(passwordFile, 'utf8').trim()}`
  const headers = { authorization: `Basic ${btoa(user)}` }
  const paths = [
    'status/config',
    'status/flags',
    'rules',
    'alerts',
    'alertmanagers',
    'series?match[]={job=~".+"}',
  ]
  return (await Promise.all(paths.map((path) => text(`${prometheus}/api/v1/${path}`, headers)))).join('\n')
}

async function tables(database: string): Promise<string> {
  const client = new pg.Client(database)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      "SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'",
    )
    const texts: string[] = []
    for (const { name } of rows) {
      const { rows: held } = await client.query<{ row: string }>(
        `SELECT row_to_json(t)::text AS row FROM ${name} t`,
      )
      texts.push(...held.map(({ row }) => row))
    }
    return texts.join('\n')
  } finally {
    await client.end()
  }
}

/** Of these processes and all that they started. */
function processes(pids: readonly number[]): string {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const parents = new Map(rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]))
  const isOurs = (pid: number): boolean => pids.includes(pid) || (pid > 1 && isOurs(parents.get(pid) ?? 0))
  return [...parents.keys()]
    .filter(isOurs)
    .flatMap((pid) => ['cmdline', 'environ'].map((name) => procText(`/proc/${pid}/${name}`)))
    .join('\n')
}

function procText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function logs(folder: string): string {
  const below = join(folder, '.mnemoscope/logs')
  return readdirSync(below)
    .filter((name) => !name.startsWith('alertmanager'))
    .map((name) => readFileSync(join(below, name), 'utf8'))
    .join('\n')
}
