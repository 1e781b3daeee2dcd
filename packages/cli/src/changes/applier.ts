import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { GenerateOptions, PartAccess } from '@mnemoscope/generate'
import {
  assertPatch,
  type Config,
  type ConfigInput,
  type ConfigPatch,
  configHash,
  durationSeconds,
  MnemoscopeError,
} from '@mnemoscope/kpi'
import {
  type AppliedChange,
  type ChangeRequest,
  type ConfigSource,
  differencesBetween,
} from '@mnemoscope/recorder'
import { claimName } from '@mnemoscope/servers'
import { checkWithTools } from '../check-with-tools.js'
import { loadProject, type Project } from '../config-file.js'
import { hidingSecrets } from '../hide-secrets.js'
import { reached } from '../login.js'
import { type ScrapedAt, scraped } from '../options.js'
import { stateFolder } from '../up/run-file.js'
import {
  generationsIn,
  mergePatch,
  readAppliedConfig,
  readPatch,
  writeAppliedConfig,
  writePatch,
} from './applied-folder.js'
import { applyFiles, areApplied } from './apply-files.js'
import { ownerOf, problemState, retryMs, startWatching, subscribe } from './config-source.js'
import { startFileMaker } from './file-maker.js'
import { type Guarding, guardChange } from './guard.js'
import { readTakenBack, writeTakenBack } from './taken-back.js'
import type { Prediction } from './trial.js'
import { type OpenTrial, startTrials } from './trials.js'

export interface ApplierOptions {
  readonly configPath: string
  /** The configuration from `loadProject`, with `defaults` and the folder's patch. */
  readonly config: Config
  /** The configuration that another process applied last. Default: `config`. */
  readonly before?: object | undefined
  readonly defaults: ConfigInput
  /** Folder of generations; Prometheus and Alertmanager read it through its link `current`. */
  readonly folder: string
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  /** Default: the servers are not of this pipeline. */
  readonly stateDir?: string | undefined
  readonly check: (folder: string) => Promise<unknown>
  /** Settings of this run that are not in the configuration. */
  readonly running: (config: Config) => GenerateOptions
}

/** A config source that applies changes while it runs. */
export interface Applier extends ConfigSource {
  readonly apply: (request: ChangeRequest) => Promise<AppliedChange | undefined>
  /** Applies the configuration file as it is now, then after each edit. */
  watch(): void
  /** Finishes the change that is in progress, then stops. */
  stop(): Promise<void>
}

/** Applies changed configurations one after another: edits of the file, and patches over it. */
export function createApplier(options: ApplierOptions): Applier {
  const { configPath, folder, running, prometheusUrl } = options
  const apply = { ...options, generations: generationsIn(folder) }
  const maker = startFileMaker()
  const changeListeners = new Set<(change: AppliedChange) => void>()
  const { problem, onProblem, set: setProblem } = problemState()
  let config = options.config
  let before = options.before ?? config
  /** What an edit is compared with: the start of a process is no edit. */
  let inUse = (options.before ?? readAppliedConfig(folder) ?? config) as Guarding
  let patch = readPatch(folder)
  let queue: Promise<unknown> = Promise.resolve()
  let stopWatching: (() => Promise<void>) | undefined
  const trials = startTrials(prometheusUrl, (trial, error) =>
    inTurn(async () => {
      if (configHash(config) === trial.sha256) await takeBack(trial, error)
    }),
  )

  async function change(
    request: ChangeRequest,
    source: AppliedChange['source'],
  ): Promise<AppliedChange | undefined> {
    const nextPatch = request.patch === undefined ? patch : mergePatch(patch, request.patch)
    // Also the sum of patches, of which each was small.
    assertPatch(nextPatch)
    const next = (await loadProject(configPath, options.defaults, () => nextPatch)).config
    const { files, secret, expected } = await maker.make(next, running(next))
    const made = { ...apply, expected, isSecret: (path: string) => secret.has(path) }
    const earlier = { config, patch, inUse }
    let prediction: Prediction | undefined
    if (!(await areApplied(files, made))) {
      const refusal = readTakenBack(folder, configHash(next))
      if (refusal !== undefined) throw refusal
      prediction = await guardChange(inUse, next, differencesBetween(inUse, next), prometheusUrl)
      await hidingSecrets(next, () => applyFiles(files, made))
    }
    const { by } = request
    const applied = use(next, nextPatch, { by, source })
    if (prediction !== undefined) {
      const seconds = durationSeconds(earlier.inUse.changes.takeBackWithin)
      const appliedAt = Date.now() / 1_000
      trials.begin({
        ...{ earlier: earlier.inUse, edited: next, appliedAt, seconds, prediction },
        ...{ config: earlier.config, patch: earlier.patch, sha256: configHash(next), by, source },
      })
    }
    return applied
  }

  /** Follows a configuration that the servers run. */
  function use(
    next: Config,
    nextPatch: ConfigPatch,
    { by, source }: Pick<AppliedChange, 'by' | 'source'>,
  ): AppliedChange | undefined {
    const differences = differencesBetween(before, next)
    const previousSha256 = configHash(before)
    if (nextPatch !== patch) writePatch(folder, nextPatch)
    writeAppliedConfig(folder, next)
    patch = nextPatch
    config = next
    before = next
    inUse = next
    setProblem(undefined)
    if (differences.length === 0) return undefined
    const sha256 = configHash(next)
    const at = new Date()
    const applied = { at, by, source, config, sha256, previousSha256, differences }
    for (const listener of changeListeners) listener(applied)
    return applied
  }

  /** Applies the configuration before an edit again. The edit stays refused until it is another one. */
  async function takeBack(trial: OpenTrial, error: MnemoscopeError): Promise<void> {
    const { files, secret, expected } = await maker.make(trial.config, running(trial.config))
    const made = { ...apply, expected, isSecret: (path: string) => secret.has(path) }
    await hidingSecrets(trial.config, () => applyFiles(files, made))
    writeTakenBack(folder, trial.sha256, error)
    use(trial.config, trial.patch, {
      by: `Mnemoscope (takes back an edit by ${trial.by})`,
      source: trial.source,
    })
    setProblem(error)
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
    onChange: (listener) => subscribe(changeListeners, listener),
    onProblem,
    watch() {
      stopWatching ??= startWatching(configPath, async () => {
        try {
          await inTurn(() => change({ by: ownerOf(configPath) }, 'file'))
          return undefined
        } catch (error) {
          setProblem(error)
          // The file is not at fault: the same file may work once the server is back.
          return /_UNREACHABLE$/.test(problem()?.code ?? '') ? retryMs : undefined
        }
      })
    },
    async stop() {
      await stopWatching?.()
      await trials.stop()
      await queue
      await maker.stop()
    },
  }
}

/** Folder in which `mnemoscope up` keeps what its servers read. */
export function appliedFolder(projectFolder: string): string {
  return join(stateFolder(projectFolder), 'generated')
}

export interface OpenApplierOptions {
  readonly project: Project
  readonly defaults: ConfigInput
  /** Folder of generations. */
  readonly applyTo: string
  /** With user and password if the servers ask for them. Default: `endpoints` of the configuration. */
  readonly prometheusUrl?: string | undefined
  readonly alertmanagerUrl?: string | undefined
  readonly recorderUrl?: string | undefined
  readonly grafanaUrl?: string | undefined
  readonly scrape?: ScrapedAt | undefined
  /** How the parts let each other in. Default: without passwords. */
  readonly access?: PartAccess | undefined
  /** The configuration that was applied before this process started. Default: that of `project`. */
  readonly before?: object | undefined
}

/**
 * Opens a folder as its only applier.
 * @throws MnemoscopeError ALREADY_RUNNING if another process applies changes there
 */
export function openApplier(options: OpenApplierOptions): Applier {
  const { project, defaults, applyTo, scrape = {}, access } = options
  const { config, configPath } = project
  mkdirSync(applyTo, { recursive: true })
  const claim = claimName(applyTo, 'changes')
  if ('heldBy' in claim) {
    throw new MnemoscopeError(
      'ALREADY_RUNNING',
      `process ${claim.heldBy} already applies changes to ${applyTo}`,
      {
        value: claim.heldBy,
        next: 'Edit the configuration file: that process applies it. `npx mnemoscope watch --once` shows the result.',
      },
    )
  }
  const { prometheus, alertmanager, recorder, grafana } = config.endpoints
  const prometheusUrl = options.prometheusUrl ?? prometheus
  const alertmanagerUrl = options.alertmanagerUrl ?? alertmanager
  const endpoints = {
    prometheus: reached(prometheusUrl).url,
    alertmanager: reached(alertmanagerUrl).url,
    recorder: options.recorderUrl ?? recorder,
    grafana: options.grafanaUrl ?? grafana,
  }
  const applier = createApplier({
    configPath,
    config,
    before: options.before,
    defaults,
    folder: applyTo,
    prometheusUrl,
    alertmanagerUrl,
    stateDir: stateFolder(project.folder),
    check: (folder) => checkWithTools(folder, stateFolder(project.folder)),
    running: ({ services }) => ({ endpoints, services: scraped(services, scrape), access }),
  })
  return {
    ...applier,
    async stop() {
      await applier.stop()
      claim.release()
    },
  }
}
