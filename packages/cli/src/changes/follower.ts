import { type Config, type ConfigInput, configHash, names } from '@mnemoscope/kpi'
import { type AppliedChange, type ConfigSource, differencesBetween, restartsFor } from '@mnemoscope/recorder'
import { loadProject } from '../config-file.js'
import { heard, problemState } from './problem.js'
import { askServer } from './server-api.js'
import { startWatching } from './watching.js'
import { ownerOf } from './written-config.js'

export interface FollowerOptions {
  readonly configPath: string
  readonly config: Config
  readonly defaults: ConfigInput
  readonly prometheusUrl: string
}

/** A source that changes nothing itself. */
export interface Follower extends ConfigSource {
  stop(): Promise<void>
}

/**
 * Follows a configuration file whose rules somebody else applies: an edited file counts as in force once Prometheus
 * evaluates rules with its hash, however they got there. A file that can't be loaded is a problem here too: whoever
 * applies it may run where nobody looks.
 */
export function followConfig({ configPath, defaults, prometheusUrl, ...first }: FollowerOptions): Follower {
  const listeners = new Set<(change: AppliedChange) => void>()
  const { problem, onProblem, set: setProblem } = problemState()
  let config = first.config

  const stop = startWatching(configPath, async () => {
    const next = await loadProject(configPath, defaults).then(
      (project) => project.config,
      (error: unknown) => {
        setProblem(error)
        return undefined
      },
    )
    // What was in force stays so until the file is right.
    if (next === undefined) return 'done'
    setProblem(undefined)
    const differences = differencesBetween(config, next)
    if (differences.length === 0) return 'done'
    const sha256 = configHash(next)
    if (!(await isEvaluated(prometheusUrl, sha256))) return 'again'
    const previousSha256 = configHash(config)
    const restarts = restartsFor(differences)
    config = next
    const by = ownerOf(configPath)
    const change = { at: new Date(), by, config, sha256, previousSha256, differences, restarts }
    for (const listener of listeners) listener({ ...change, source: 'file' })
    return 'done'
  })
  return {
    inForce: () => config,
    patch: () => ({}),
    problem,
    apply: undefined,
    onChange: (listener) => heard(listeners, listener),
    onProblem,
    stop,
  }
}

async function isEvaluated(url: string, sha256: string): Promise<boolean> {
  const query = `${names.configInfo}{sha256="${sha256}"}`
  try {
    const { ok, text } = await askServer(
      { name: 'Prometheus', url },
      `/api/v1/query?${new URLSearchParams({ query })}`,
    )
    return ok && (JSON.parse(text) as { data: { result: unknown[] } }).data.result.length > 0
  } catch {
    return false
  }
}
