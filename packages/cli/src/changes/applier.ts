import { type GenerateOptions, generate } from '@mnemoscope/generate'
import { type Config, type ConfigInput, configHash } from '@mnemoscope/kpi'
import {
  type AppliedChange,
  type ChangeRequest,
  type ConfigSource,
  differencesBetween,
  restartsFor,
} from '@mnemoscope/recorder'
import { loadProject } from '../config-file.js'
import { applyFiles, areInForce } from './apply-files.js'
import { generationsIn } from './generations.js'
import { writeInForce } from './in-force.js'
import { mergePatch, readPatch, writePatch } from './patch.js'
import { heard, problemState } from './problem.js'
import { againMs, startWatching } from './watching.js'
import { ownerOf } from './written-config.js'

export interface ApplierOptions {
  readonly configPath: string
  /** The configuration as `loadProject` gave it, with `defaults` and the folder's patch. */
  readonly config: Config
  /** What was in force when another process applied the last change. Default: `config`. */
  readonly before?: object | undefined
  readonly defaults: ConfigInput
  /** Folder of generations that Prometheus and Alertmanager read through its link `current`. */
  readonly folder: string
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  readonly check: (folder: string) => Promise<unknown>
  /** What of this run is not in the configuration. */
  readonly running: (config: Config) => GenerateOptions
}

/** Applies changes while it runs. */
export interface Applier extends ConfigSource {
  readonly apply: (request: ChangeRequest) => Promise<AppliedChange | undefined>
  /** Begins to look at the configuration file, and first puts in force what it says now. */
  watch(): void
  /** Ends after the change that is under way. */
  stop(): Promise<void>
}

/** Puts changed configurations in force, one after another: those of the file, and patches laid over it. */
export function createApplier(options: ApplierOptions): Applier {
  const { configPath, folder, running } = options
  const apply = { ...options, generations: generationsIn(folder) }
  const changeListeners = new Set<(change: AppliedChange) => void>()
  const { problem, onProblem, set: setProblem } = problemState()
  let config = options.config
  let before = options.before ?? config
  let patch = readPatch(folder)
  let queue: Promise<unknown> = Promise.resolve()
  let stopWatching: (() => Promise<void>) | undefined

  async function change(
    request: ChangeRequest,
    source: AppliedChange['source'],
  ): Promise<AppliedChange | undefined> {
    const nextPatch = request.patch === undefined ? patch : mergePatch(patch, request.patch)
    const next = (await loadProject(configPath, options.defaults, () => nextPatch)).config
    const files = generate(next, running(next))
    if (!(await areInForce(files, apply))) await applyFiles(files, apply)
    const differences = differencesBetween(before, next)
    const previousSha256 = configHash(before)
    if (request.patch !== undefined) writePatch(folder, nextPatch)
    writeInForce(folder, next)
    patch = nextPatch
    config = next
    before = next
    setProblem(undefined)
    if (differences.length === 0) return undefined
    const sha256 = configHash(next)
    const restarts = restartsFor(differences)
    const { by } = request
    const at = new Date()
    const applied = { at, by, source, config, sha256, previousSha256, differences, restarts }
    for (const listener of changeListeners) listener(applied)
    return applied
  }

  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work)
    queue = turn.catch(() => undefined)
    return turn
  }

  return {
    current: () => config,
    patch: () => patch,
    problem,
    apply: (request) => inTurn(() => change(request, 'api')),
    onChange: (listener) => heard(changeListeners, listener),
    onProblem,
    watch() {
      stopWatching ??= startWatching(configPath, async () => {
        try {
          await inTurn(() => change({ by: ownerOf(configPath) }, 'file'))
          return undefined
        } catch (error) {
          setProblem(error)
          // Not the file's fault: the same file may do once the server is back.
          return /_UNREACHABLE$/.test(problem()?.code ?? '') ? againMs : undefined
        }
      })
    },
    async stop() {
      await stopWatching?.()
      await queue
    },
  }
}
