import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { writeFiles } from '../project-files.js'
import { readText } from '../read-text.js'

/** Endpoints and process ids of a running pipeline, as in `.mnemoscope/run.json`. */
export interface RunFile {
  /** Base URL of the recorder: page, HTTP API, webhook. */
  readonly recorder: string
  readonly prometheus: string
  readonly alertmanager: string
  /** Holds the password that Prometheus and Alertmanager ask of the user `mnemoscope`; its owner only can read it. */
  readonly serversPasswordFile: string
  /** Present if `grafana` is on PATH and Postgres is the embedded one. */
  readonly grafana?: string
  /** The demo's /metrics endpoint; null without a demo. */
  readonly metrics: string | null
  /** Connection string with its password. Only the owner can read the file. */
  readonly database: string
  /** Connection string, without the password, of the role that only reads. Only with the embedded Postgres. */
  readonly reader?: string
  /** Holds that role's password; its owner only can read it. */
  readonly readerPasswordFile?: string
  /** Process ids by part; `mnemoscope` is the one that Ctrl-C stops. */
  readonly pids: Readonly<Record<string, number>>
}

/** Folder of everything that `mnemoscope up` keeps: data, logs, tools, the run file. */
export function stateFolder(folder: string): string {
  return join(folder, '.mnemoscope')
}

/**
 * Makes git leave that folder out of commits, where `mnemoscope init` has not done so: it holds keys and passwords. Call
 * it when something was written there. It never fails: the folder may be missing, read-only, or ignored already.
 */
export function keepOutOfCommits(folder: string): void {
  try {
    writeFileSync(join(stateFolder(folder), '.gitignore'), '*\n', { flag: 'wx' })
  } catch {
    // What the command was called for matters more.
  }
}

/**
 * Addresses of the pipeline that runs in a folder.
 * @param next what to do if none runs
 * @throws MnemoscopeError NOT_RUNNING if none runs; the system's error if this user may not read the file
 */
export function readRunFile(folder: string, next = 'Start one with `npx mnemoscope up`.'): RunFile {
  const path = join(stateFolder(folder), 'run.json')
  try {
    return JSON.parse(readText(path)) as RunFile
  } catch (cause) {
    const isThere = !['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')
    // For example, another user's pipeline has written it. Then a pipeline does run.
    if (isThere && !(cause instanceof SyntaxError)) throw cause
    const why = isThere ? `${path} is incomplete` : `there is no ${path}`
    throw new MnemoscopeError('NOT_RUNNING', `no pipeline runs in ${folder}: ${why}`, {
      value: folder,
      next,
      cause,
    })
  }
}

/** The same; undefined where none runs, and where this user may not read the file. */
export function runIn(folder: string): RunFile | undefined {
  try {
    return readRunFile(folder)
  } catch {
    return undefined
  }
}

/** The error of a command that needs a folder without a running pipeline. */
export function alreadyRunning(folder: string, pid: number): MnemoscopeError {
  return new MnemoscopeError('ALREADY_RUNNING', `the pipeline already runs in ${folder}, as process ${pid}`, {
    value: pid,
    next: `Its addresses are in ${stateFolder(folder)}/run.json; to start again, stop process ${pid} first.`,
  })
}

export function writeRunFile(folder: string, run: RunFile): void {
  mkdirSync(stateFolder(folder), { recursive: true })
  writeFiles(stateFolder(folder), new Map([['run.json', `${JSON.stringify(run, null, 2)}\n`]]), () => true)
}

export function removeRunFile(folder: string): void {
  rmSync(join(stateFolder(folder), 'run.json'), { force: true })
}
