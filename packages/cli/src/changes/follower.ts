import {
  type Config,
  type ConfigInput,
  configHash,
  durationSeconds,
  MnemoscopeError,
  names,
} from '@mnemoscope/kpi'
import { type AppliedChange, type ConfigSource, differencesBetween } from '@mnemoscope/recorder'
import { z } from 'zod'
import { loadProject } from '../config-file.js'
import { reached } from '../login.js'
import { ownerOf, problemState, retryMs, startWatching, subscribe } from './config-source.js'
import { askServer } from './server-api.js'

export interface FollowerOptions {
  readonly configPath: string
  readonly config: Config
  readonly defaults: ConfigInput
  readonly prometheusUrl: string
}

/** A config source that applies nothing itself. */
export interface Follower extends ConfigSource {
  stop(): Promise<void>
}

/** Evaluations within which applied rules must have reached Prometheus. */
const graceEvaluations = 4
/** The shortest time for that: the other process generates and checks the rules first. */
const leastGraceMs = 5_000

/**
 * Follows a configuration file whose rules another process applies. An edited file counts as applied once Prometheus
 * evaluates rules with its hash. It is a problem if the file can't be loaded, or if Prometheus still does not evaluate
 * its rules after a while: the other process may have stopped, or may read another file.
 */
export function followConfig({ configPath, defaults, prometheusUrl, ...first }: FollowerOptions): Follower {
  const listeners = new Set<(change: AppliedChange) => void>()
  const { problem, onProblem, set: setProblem } = problemState()
  let config = first.config
  /** The file as it is now; undefined while it can't be loaded. */
  let written: Config | undefined = config
  let missingSince: number | undefined

  async function load(): Promise<void> {
    const before = written
    try {
      written = (await loadProject(configPath, defaults)).config
    } catch (error) {
      written = undefined
      setProblem(error)
      return
    }
    if (before !== undefined && configHash(before) === configHash(written)) return
    missingSince = undefined
    setProblem(undefined)
  }

  function activate(next: Config): void {
    const differences = differencesBetween(config, next)
    if (differences.length === 0) return
    const [sha256, previousSha256] = [configHash(next), configHash(config)]
    config = next
    const by = ownerOf(configPath)
    const change = { at: new Date(), by, config, sha256, previousSha256, differences }
    for (const listener of listeners) listener({ ...change, source: 'file' })
  }

  const stop = startWatching(configPath, async (isEdited) => {
    if (isEdited) await load()
    // The earlier configuration stays active until the file is valid.
    if (written === undefined) return undefined
    const evaluated = await evaluatedConfigs(prometheusUrl)
    const now = performance.now()
    const evaluationMs = 1_000 * durationSeconds(written.alertCheckInterval)
    const state = applyState({
      configPath,
      written: configHash(written),
      current: configHash(config),
      evaluated,
      forMs: now - (missingSince ?? now),
      graceMs: Math.max(leastGraceMs, graceEvaluations * evaluationMs),
    })
    if (state === 'applied') {
      missingSince = undefined
      setProblem(undefined)
      activate(written)
      return evaluationMs
    }
    missingSince ??= now
    if (state !== 'pending') setProblem(state)
    return retryMs
  })
  return {
    current: () => config,
    patch: () => ({}),
    problem,
    apply: undefined,
    onChange: (listener) => subscribe(listeners, listener),
    onProblem,
    stop,
  }
}

/** What is known about a configuration file that another process applies. Configurations are hashes. */
export interface Observed {
  readonly configPath: string
  readonly written: string
  /** The configuration that this recorder uses. */
  readonly current: string
  /** Configurations whose rules Prometheus evaluates; the error if it does not answer. */
  readonly evaluated: readonly string[] | MnemoscopeError
  /** For how long Prometheus has not evaluated the file's rules. */
  readonly forMs: number
  /** For how long that is normal. */
  readonly graceMs: number
}

/**
 * State of a valid file: `applied` once Prometheus evaluates its rules, `pending` while that may still happen, and then
 * the problem: CONFIG_NOT_APPLIED, or the error from Prometheus.
 */
export function applyState(observed: Observed): 'applied' | 'pending' | MnemoscopeError {
  const { written, current, evaluated, forMs, graceMs } = observed
  if (!(evaluated instanceof MnemoscopeError) && evaluated.includes(written)) return 'applied'
  if (forMs < graceMs) return 'pending'
  if (!(evaluated instanceof MnemoscopeError)) return notApplied(observed, evaluated)
  // Without an edit, an outage of Prometheus says nothing about the configuration; alerts report it.
  return written === current ? 'pending' : evaluated
}

function notApplied(
  { configPath, written, current }: Observed,
  evaluated: readonly string[],
): MnemoscopeError {
  const others = evaluated.map(short).toSorted()
  const rules =
    others.length === 0
      ? 'no rules of Mnemoscope'
      : `the rules of configuration ${others.join(', ')}, not of ${short(written)}`
  const here = written === current ? 'uses the file anyway' : 'still uses the earlier configuration'
  return new MnemoscopeError(
    'CONFIG_NOT_APPLIED',
    `${configPath} is valid, but not applied: Prometheus evaluates ${rules}; this recorder ${here}`,
    {
      value: written,
      expected: 'the rules of the file in Prometheus',
      next:
        'Let the process that applies changes read the same file, or run `npx mnemoscope generate` and reload Prometheus. ' +
        'A patch over the file makes it another configuration.',
    },
  )
}

function short(sha256: string): string {
  return sha256.slice(0, 12)
}

const answerSchema = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.object({ sha256: z.string() }) })),
  }),
})

/**
 * Hashes of the configurations whose rules Prometheus evaluates. Just after a change there are two.
 * @returns the error PROMETHEUS_UNREACHABLE or PROMETHEUS_QUERY if Prometheus gives no answer
 */
export async function evaluatedConfigs(url: string): Promise<string[] | MnemoscopeError> {
  const query = new URLSearchParams({ query: names.configInfo })
  try {
    const { ok, status, text } = await askServer({ name: 'Prometheus', url }, `/api/v1/query?${query}`)
    if (!ok) return unreadable(url, `it answered with ${status}: ${text.slice(0, 300)}`)
    const { result } = answerSchema.parse(JSON.parse(text)).data
    return [...new Set(result.map(({ metric }) => metric.sha256))]
  } catch (error) {
    return error instanceof MnemoscopeError ? error : unreadable(url, 'its answer is not a query result')
  }
}

function unreadable(url: string, why: string): MnemoscopeError {
  return new MnemoscopeError('PROMETHEUS_QUERY', `cannot ask Prometheus which rules it evaluates: ${why}`, {
    value: reached(url).url,
    expected: `series of ${names.configInfo}`,
    next: 'Check that the address is a Prometheus-compatible API.',
  })
}
