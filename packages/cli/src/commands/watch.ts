import type { AppliedChange } from '@mnemoscope/recorder'
import { Command } from 'commander'
import type { ChangeSummary } from '../changes/change-text.js'
import { ownerOf } from '../changes/config-source.js'
import type { Project } from '../config-file.js'
import { type ScrapedAt, scrapeOption } from '../options.js'
import { ask, RecorderSilent } from '../recorder-client.js'
import { print } from '../terminal.js'
import { keepOutOfCommits, type RunFile, readRunFile } from '../up/run-file.js'
import { aborted, stopSignal } from '../up/stop-signal.js'

interface WatchOptions {
  config?: string
  applyTo?: string
  prometheusUrl?: string
  alertmanagerUrl?: string
  scrape?: ScrapedAt
  once?: true
  json?: true
}

/** `mnemoscope watch`: applies the configuration file to running servers after each edit. */
export const watchCommand = new Command('watch')
  .description(
    'apply the configuration to running servers after each edit; roll it back and say why if that fails',
  )
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option('--once', 'apply it once and end; if `mnemoscope up` runs here, through its recorder')
  .option(
    '--apply-to <folder>',
    'folder whose link `current` the servers read (default: .mnemoscope/generated beside the configuration)',
  )
  .option('--prometheus-url <url>', 'Prometheus (default: endpoints.prometheus)')
  .option('--alertmanager-url <url>', 'Alertmanager (default: endpoints.alertmanager)')
  .option('--scrape <service=address>', 'address of a service in this run', scrapeOption)
  .option('--json', 'print each change as one line of JSON')
  .action(async (options: WatchOptions) => {
    const { loadProject } = await import('../config-file.js')
    const { appliedFolder, openApplier } = await import('../changes/applier.js')
    const { changeLines, problemLines } = await import('../changes/change-text.js')
    const { readAppliedConfig, readPatch } = await import('../changes/applied-folder.js')
    const { restartsFor } = await import('@mnemoscope/recorder')
    const withRestarts = (change: AppliedChange) => ({ ...change, restarts: restartsFor(change) })
    const write = (lines: string) => print(`${lines}\n`)
    const folderOf = (folder: string) => options.applyTo ?? appliedFolder(folder)
    const project = await loadProject(options.config, {}, (folder) => readPatch(folderOf(folder)))
    const json = options.json === true
    if (options.once && options.applyTo === undefined) {
      const applied = await applyThroughRecorder(project)
      if (applied !== undefined) return write(changeLines(applied, json))
    }
    const applyTo = folderOf(project.folder)
    const applier = openApplier({
      ...options,
      project,
      defaults: {},
      applyTo,
      before: readAppliedConfig(applyTo),
    })
    keepOutOfCommits(project.folder)
    if (options.once) {
      try {
        const change = await applier.apply({ by: ownerOf(project.configPath) })
        return write(
          changeLines(change === undefined ? { differences: [], restarts: [] } : withRestarts(change), json),
        )
      } finally {
        await applier.stop()
      }
    }
    const stopping = stopSignal(() => {})
    applier.onChange((change) => write(changeLines(withRestarts(change), json)))
    applier.onProblem((problem) => {
      if (problem !== undefined) write(problemLines(problem, json))
    })
    if (!json) write(`Watching ${project.configPath}; Ctrl-C ends it.`)
    applier.watch()
    await aborted(stopping)
    await applier.stop()
  })

/**
 * Asks the recorder of the pipeline that runs in the project's folder to read the configuration file again.
 * @returns what changed; undefined if no pipeline runs there
 * @throws MnemoscopeError with the recorder's own code and message
 */
export async function applyThroughRecorder(project: Project): Promise<ChangeSummary | undefined> {
  const run = runningIn(project.folder)
  if (run === undefined) return undefined
  try {
    return await ask(run.recorder, 'PUT /api/config', {
      has: 'differences',
      body: { by: ownerOf(project.configPath) },
      folder: project.folder,
    })
  } catch (error) {
    if (error instanceof RecorderSilent) return undefined
    throw error
  }
}

function runningIn(folder: string): RunFile | undefined {
  try {
    return readRunFile(folder)
  } catch {
    return undefined
  }
}
