import { MnemoscopeError, names } from '@mnemoscope/kpi'
import { serverAt } from '@mnemoscope/servers'
import type { Generations } from './applied-folder.js'
import { reload } from './reload.js'
import { assertReady, type ReloadedServer } from './server-api.js'
import { FilesUnread, type Running, runningIn, unreadBy } from './unread.js'
import {
  alertmanagerConfigPath,
  alertmanagerTemplatesFolder,
  type ExpectedPrometheus,
  evaluatedExpressions,
  expectedPrometheus,
  runsConfig,
  verifyAlertmanager,
  verifyPrometheus,
} from './verify.js'

export interface ApplyOptions {
  readonly generations: Generations
  /** What Prometheus must show then. Default: it is read from the files, which takes some tenths of a second. */
  readonly expected?: ExpectedPrometheus
  /** Whether only the owner may read a file. Default: none. */
  readonly isSecret?: (path: string) => boolean
  /** Checks a folder of generated files before any server reads it; throws if it is invalid. */
  readonly check: (folder: string) => Promise<unknown>
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  /** State directory of the pipeline, whose servers are reloaded by a signal. Without it all are reloaded over HTTP. */
  readonly stateDir?: string | undefined
}

/**
 * Applies generated files to the running servers, or leaves everything as it was. The steps: check with promtool and
 * amtool, switch all files at once, reload both servers, ask both servers what they run. If a step after the switch
 * fails, the last good files are restored and reloaded.
 * @throws MnemoscopeError GENERATED_REJECTED, PROMETHEUS_UNREACHABLE or ALERTMANAGER_UNREACHABLE if nothing was
 *   changed; CHANGE_ROLLED_BACK, with the reason, if the change was made and rolled back
 */
export async function applyFiles(files: ReadonlyMap<string, string>, options: ApplyOptions): Promise<void> {
  const { generations, check } = options
  const expected = options.expected ?? expectedPrometheus(files, names.configInfo)
  const servers = serversOf(options)
  const lastGood = generations.active()
  const name = generations.add(files, options.isSecret)
  let known: ReadonlySet<string>
  let before: Running
  try {
    await check(generations.folderOf(name))
    await Promise.all(servers.map(assertReady))
    known = await evaluatedExpressions(servers[1])
    before = await runningIn(...servers)
  } catch (error) {
    generations.remove(name)
    throw error
  }
  generations.activate(name)
  try {
    if (
      hasOtherTemplates(files, generations, lastGood) ||
      !(await runsConfig(servers[0], configText(files)))
    ) {
      await reload(servers[0])
    }
    await reload(servers[1])
    try {
      await verify(servers, configText(files), expected, known)
    } catch (error) {
      const unread = unreadBy(before, await runningIn(...servers), {
        prometheus: expected.sha256,
        alertmanager: configText(files),
      })
      throw unread.length === 0 ? error : new FilesUnread(unread, generations.current)
    }
  } catch (error) {
    throw await rollBack(error as Error, { lastGood, name, options, servers })
  }
  generations.prune()
}

function configText(files: ReadonlyMap<string, string>): string {
  return files.get(alertmanagerConfigPath) ?? ''
}

/** Whether messages say something else than before. Alertmanager's hash is of its configuration file alone. */
function hasOtherTemplates(
  files: ReadonlyMap<string, string>,
  generations: Generations,
  lastGood: string | undefined,
): boolean {
  return [...files].some(
    ([path, text]) =>
      path.startsWith(alertmanagerTemplatesFolder) &&
      (lastGood === undefined || generations.read(lastGood, path) !== text),
  )
}

/** Whether the servers already run these files. */
export async function areApplied(
  files: ReadonlyMap<string, string>,
  options: Omit<ApplyOptions, 'check'>,
): Promise<boolean> {
  const active = options.generations.active()
  if (active === undefined) return false
  const same = [...files].every(([path, text]) => options.generations.read(active, path) === text)
  if (!same) return false
  try {
    const servers = serversOf(options)
    const expected = options.expected ?? expectedPrometheus(files, names.configInfo)
    await verify(servers, configText(files), expected, await evaluatedExpressions(servers[1]))
    return true
  } catch {
    return false
  }
}

type Servers = readonly [alertmanager: ReloadedServer, prometheus: ReloadedServer]

/** Alertmanager first: an alert of a new rule then finds its route. */
function serversOf(options: Pick<ApplyOptions, 'prometheusUrl' | 'alertmanagerUrl' | 'stateDir'>): Servers {
  const { prometheusUrl, alertmanagerUrl, stateDir } = options
  const server = (name: ReloadedServer['name'], url: string): ReloadedServer => {
    const own = stateDir === undefined ? undefined : serverAt(stateDir, name.toLowerCase(), url)
    return { name, url, own }
  }
  return [server('Alertmanager', alertmanagerUrl), server('Prometheus', prometheusUrl)]
}

async function verify(
  [alertmanager, prometheus]: Servers,
  alertmanagerText: string,
  expected: ExpectedPrometheus,
  known: ReadonlySet<string>,
): Promise<void> {
  await verifyAlertmanager(alertmanager, alertmanagerText)
  await verifyPrometheus(prometheus, expected, known)
}

interface Failed {
  readonly lastGood: string | undefined
  readonly name: string
  readonly options: ApplyOptions
  readonly servers: Servers
}

/** Restores the last good generation. @returns an error with the cause, and with what failed on the way back */
async function rollBack(
  cause: Error,
  { lastGood, name, options, servers }: Failed,
): Promise<MnemoscopeError> {
  const failures: string[] = []
  if (lastGood === undefined) {
    failures.push('there is no earlier configuration to restore')
  } else {
    options.generations.activate(lastGood)
    for (const server of servers) {
      await reload(server).catch((error: Error) => failures.push(error.message))
    }
    options.generations.remove(name)
  }
  const suffix = failures.length === 0 ? '' : `; while restoring the earlier files: ${failures.join('; ')}`
  return new MnemoscopeError('CHANGE_ROLLED_BACK', `${cause.message}${suffix}`, {
    value: name,
    expected: 'rules and routes that both servers run',
    next:
      cause instanceof FilesUnread
        ? cause.next
        : failures.length === 0
          ? 'Fix the configuration. The last good one is active.'
          : 'Check the server named here. It reads the last good files when it is reloaded or started.',
    cause,
  })
}
