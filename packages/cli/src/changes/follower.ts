import { type Config, type ConfigInput, configHash, durationSeconds } from '@mnemoscope/kpi'
import { type AppliedChange, type ConfigSource, differencesBetween, restartsFor } from '@mnemoscope/recorder'
import { loadProject } from '../config-file.js'
import { evaluatedConfigs } from './evaluated.js'
import { heard, problemState } from './problem.js'
import { standingOf } from './standing.js'
import { againMs, startWatching } from './watching.js'
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

/** Evaluations after which rules that somebody applies are in force, however they get to Prometheus. */
const graceEvaluations = 4
/** The least time for that: whoever applies them generates and checks them first. */
const leastGraceMs = 5_000

/**
 * Follows a configuration file whose rules somebody else applies: an edited file counts as in force once Prometheus
 * evaluates rules with its hash, however they got there. A file that can't be loaded is a problem here too, and so is
 * one whose rules Prometheus does not evaluate after a while: whoever applies it may run where nobody looks, or not at
 * all, or read another file.
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

  function putInForce(next: Config): void {
    const differences = differencesBetween(config, next)
    if (differences.length === 0) return
    const [sha256, previousSha256] = [configHash(next), configHash(config)]
    const restarts = restartsFor(differences)
    config = next
    const by = ownerOf(configPath)
    const change = { at: new Date(), by, config, sha256, previousSha256, differences, restarts }
    for (const listener of listeners) listener({ ...change, source: 'file' })
  }

  const stop = startWatching(configPath, async (isEdited) => {
    if (isEdited) await load()
    // What was in force stays so until the file is right.
    if (written === undefined) return undefined
    const evaluated = await evaluatedConfigs(prometheusUrl)
    const now = performance.now()
    const evaluationMs = 1_000 * durationSeconds(written.alertCheckInterval)
    const standing = standingOf({
      configPath,
      written: configHash(written),
      inForce: configHash(config),
      evaluated,
      forMs: now - (missingSince ?? now),
      graceMs: Math.max(leastGraceMs, graceEvaluations * evaluationMs),
    })
    if (standing === 'in_force') {
      missingSince = undefined
      setProblem(undefined)
      putInForce(written)
      return evaluationMs
    }
    missingSince ??= now
    if (standing !== 'awaited') setProblem(standing)
    return againMs
  })
  return {
    current: () => config,
    patch: () => ({}),
    problem,
    apply: undefined,
    onChange: (listener) => heard(listeners, listener),
    onProblem,
    stop,
  }
}
