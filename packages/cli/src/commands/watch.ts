import { Command } from 'commander'
import { type ScrapedAt, scrapeOption } from '../changes/scraped.js'
import { loadProject } from '../config-file.js'
import { print } from '../print.js'
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

/** `mnemoscope watch`: applies the configuration file to running servers whenever it is edited. */
export const watchCommand = new Command('watch')
  .description(
    'apply the configuration to running servers whenever it is edited, or take it back and say why',
  )
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option(
    '--once',
    'apply it as it is now and end; through the recorder of `mnemoscope up` where that runs here',
  )
  .option(
    '--apply-to <folder>',
    'folder whose link `current` the servers read (default: .mnemoscope/generated beside the configuration)',
  )
  .option('--prometheus-url <url>', 'Prometheus (default: endpoints.prometheus)')
  .option('--alertmanager-url <url>', 'Alertmanager (default: endpoints.alertmanager)')
  .option('--scrape <service=address>', 'where a service is in this run', scrapeOption)
  .option('--json', 'print each change as one line of JSON')
  .action(async (options: WatchOptions) => {
    const { appliedFolder, openApplier } = await import('../changes/open-applier.js')
    const { changeLines, problemLines } = await import('../changes/change-text.js')
    const { readInForce } = await import('../changes/in-force.js')
    const { readPatch } = await import('../changes/patch.js')
    const tell = (lines: string) => print(`${lines}\n`)
    const folderOf = (folder: string) => options.applyTo ?? appliedFolder(folder)
    const project = await loadProject(options.config, {}, (folder) => readPatch(folderOf(folder)))
    const json = options.json === true
    if (options.once && options.applyTo === undefined) {
      const { applyThroughRecorder } = await import('../changes/through-recorder.js')
      const applied = await applyThroughRecorder(project)
      if (applied !== undefined) return tell(changeLines(applied, json))
    }
    const applyTo = folderOf(project.folder)
    const applier = openApplier({ ...options, project, defaults: {}, applyTo, before: readInForce(applyTo) })
    if (options.once) {
      try {
        const { ownerOf } = await import('../changes/written-config.js')
        const change = await applier.apply({ by: ownerOf(project.configPath) })
        return tell(
          changeLines({ differences: change?.differences ?? [], restarts: change?.restarts ?? [] }, json),
        )
      } finally {
        await applier.stop()
      }
    }
    const stopping = stopSignal(() => {})
    applier.onChange((change) => tell(changeLines(change, json)))
    applier.onProblem((problem) => {
      if (problem !== undefined) tell(problemLines(problem, json))
    })
    if (!json) tell(`Watching ${project.configPath}; Ctrl-C ends it.`)
    applier.watch()
    await aborted(stopping)
    await applier.stop()
  })
