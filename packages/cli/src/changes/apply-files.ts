import { MnemoscopeError, names } from '@mnemoscope/kpi'
import { alertmanagerConfigPath, expectedPrometheus } from './expectation.js'
import type { Generations } from './generations.js'
import { assertReady, type ReloadedServer, reload } from './server-api.js'
import { showsToRun, verifyAlertmanager } from './verify-alertmanager.js'
import { evaluatedExpressions, verifyPrometheus } from './verify-prometheus.js'

export interface ApplyOptions {
  readonly generations: Generations
  /** Judges a folder of generated files before any server sees it; throws where it is refused. */
  readonly check: (folder: string) => Promise<unknown>
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
}

/**
 * Puts generated files in force in the running servers, or leaves everything as it was: check with promtool and
 * amtool, switch all files at once, reload both servers, ask both whether they run them. Where any of that fails
 * after the switch, the last good files are switched back and reloaded.
 * @throws MnemoscopeError GENERATED_REJECTED, PROMETHEUS_UNREACHABLE or ALERTMANAGER_UNREACHABLE before anything was
 *   changed; CHANGE_ROLLED_BACK with the reason where it was changed and taken back
 */
export async function applyFiles(files: ReadonlyMap<string, string>, options: ApplyOptions): Promise<void> {
  const { generations, check } = options
  const servers = serversOf(options)
  const lastGood = generations.active()
  const name = generations.add(files)
  let known: ReadonlySet<string>
  try {
    await check(generations.folderOf(name))
    await Promise.all(servers.map(assertReady))
    known = await evaluatedExpressions(servers[1])
  } catch (error) {
    generations.remove(name)
    throw error
  }
  generations.activate(name)
  try {
    if (!(await showsToRun(servers[0], files.get(alertmanagerConfigPath) ?? ''))) await reload(servers[0])
    await reload(servers[1])
    await verify(servers, files, known)
  } catch (error) {
    throw await takeBack(error as Error, { lastGood, name, options, servers })
  }
  generations.prune()
}

/** Whether the servers run these files already. */
export async function areInForce(
  files: ReadonlyMap<string, string>,
  options: Omit<ApplyOptions, 'check'>,
): Promise<boolean> {
  const active = options.generations.active()
  if (active === undefined) return false
  const same = [...files].every(([path, text]) => options.generations.read(active, path) === text)
  if (!same) return false
  try {
    const servers = serversOf(options)
    await verify(servers, files, await evaluatedExpressions(servers[1]))
    return true
  } catch {
    return false
  }
}

type Servers = readonly [alertmanager: ReloadedServer, prometheus: ReloadedServer]

/** Alertmanager first: an alert of a new rule then finds its route. */
function serversOf(options: { prometheusUrl: string; alertmanagerUrl: string }): Servers {
  return [
    { name: 'Alertmanager', url: options.alertmanagerUrl },
    { name: 'Prometheus', url: options.prometheusUrl },
  ]
}

async function verify(
  [alertmanager, prometheus]: Servers,
  files: ReadonlyMap<string, string>,
  known: ReadonlySet<string>,
): Promise<void> {
  await verifyAlertmanager(alertmanager, files.get(alertmanagerConfigPath) ?? '')
  await verifyPrometheus(prometheus, expectedPrometheus(files, names.configInfo), known)
}

interface Failed {
  readonly lastGood: string | undefined
  readonly name: string
  readonly options: ApplyOptions
  readonly servers: Servers
}

/** Restores the last good generation. @returns the error that tells why, and whether the way back went well */
async function takeBack(
  cause: Error,
  { lastGood, name, options, servers }: Failed,
): Promise<MnemoscopeError> {
  const troubles: string[] = []
  if (lastGood === undefined) {
    troubles.push('there was no earlier configuration to go back to')
  } else {
    options.generations.activate(lastGood)
    for (const server of servers) {
      await reload(server).catch((error: Error) => troubles.push(error.message))
    }
    options.generations.remove(name)
  }
  const also = troubles.length === 0 ? '' : `; on the way back: ${troubles.join('; ')}`
  return new MnemoscopeError('CHANGE_ROLLED_BACK', `${cause.message}${also}`, {
    value: name,
    expected: 'rules and routes that both servers run',
    next:
      troubles.length === 0
        ? 'Mend the configuration; the last good one is in force.'
        : 'Look after the server named here; it reads the last good files once it is reloaded or started.',
    cause,
  })
}
