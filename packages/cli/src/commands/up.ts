import { basename, relative } from 'node:path'
import { type Fault, faults } from '@mnemoscope/demo/faults'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command, Option } from 'commander'
import pc from 'picocolors'
import { databaseUrl } from '../environment.js'
import { ownSecrets } from '../keys.js'
import { terminalProgress } from '../up/progress.js'
import { alreadyRunning, keepOutOfCommits, type RunFile, stateFolder } from '../up/run-file.js'
import { aborted, stopSignal } from '../up/stop-signal.js'

interface UpOptions {
  config?: string
  demo?: true
  fault?: Fault
  ports: 'preferred' | 'auto'
}

/** `mnemoscope up`: the pipeline on this machine, until Ctrl-C. */
export const upCommand = new Command('up')
  .description('start all parts of the pipeline on this machine, until Ctrl-C')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option('--demo', 'run the demo memory system too, with shorter intervals')
  .addOption(new Option('--fault <fault>', 'break the demo from the start (with --demo)').choices(faults))
  .addOption(
    new Option('--ports <which>', 'well-known ports or the next free ones; "auto": any free ports')
      .choices(['preferred', 'auto'])
      .default('preferred'),
  )
  .addHelpText(
    'after',
    '\nPostgres is embedded unless DATABASE_URL names one. Data, logs and fetched programs stay in .mnemoscope.',
  )
  .action(async (options: UpOptions) => {
    if (options.fault !== undefined && options.demo !== true) {
      throw new MnemoscopeError('USAGE', '--fault breaks the demo, so it needs --demo', {
        value: options.fault,
        next: 'Add --demo, or leave --fault out.',
      })
    }
    const { loadProject } = await import('../config-file.js')
    const { demoClock } = await import('../up/demo-clock.js')
    const { appliedFolder } = await import('../changes/applier.js')
    const { readPatch } = await import('../changes/applied-folder.js')
    const project = await loadProject(options.config, options.demo ? demoClock : {}, (folder) =>
      readPatch(appliedFolder(folder)),
    )
    const stateDir = stateFolder(project.folder)
    const { claimName } = await import('@mnemoscope/servers')
    const claim = claimName(stateDir, 'mnemoscope')
    if ('heldBy' in claim) throw alreadyRunning(project.folder, claim.heldBy)
    keepOutOfCommits(project.folder)
    const progress = terminalProgress()
    progress.note(
      `${pc.bold('mnemoscope up')} ${pc.dim(`${basename(project.configPath)} in ${project.folder}`)}`,
    )

    const stopping = stopSignal(() => progress.note('\nStopping; press Ctrl-C again to end at once.'))
    try {
      const { startPipeline } = await import('../up/pipeline.js')
      const pipeline = await startPipeline({
        project,
        demo: options.demo ? { fault: options.fault } : false,
        ports: options.ports,
        databaseUrl: databaseUrl(),
        progress,
        stopping,
      })
      const { newSignInAddress } = await import('../up/sign-in.js')
      const page = newSignInAddress(pipeline.run.recorder, ownSecrets(project.folder))
      progress.note(summary(pipeline.run, page))
      const { announceEdits } = await import('../up/announce-edits.js')
      const announcing = announceEdits(pipeline.run.recorder, project.folder, progress.note, stopping)
      await Promise.all([aborted(stopping), announcing])
      await pipeline.stop()
    } catch (error) {
      // After Ctrl-C during the start, every part has stopped and there is nothing to report.
      if (!stopping.aborted) throw error
    } finally {
      claim.release()
      // A download of programs may still run. The command does not wait for it: a second is enough to print the error.
      setTimeout(() => process.exit(), 1_000).unref()
    }
    progress.note('All parts have stopped. The data stays in .mnemoscope.')
  })

/** What a person does next. */
function summary({ prometheus, serversPasswordFile, grafana, metrics }: RunFile, page: string): string {
  const lines = [
    '',
    `  ${pc.bold('Page')}          ${pc.cyan(page)}`,
    `                (signs one browser in; for another one: npx mnemoscope sign-in)`,
    `  Prometheus    ${prometheus}/alerts`,
    `                user mnemoscope, password in ${relative('', serversPasswordFile)}`,
    ...(grafana === undefined ? [] : [`  Grafana       ${grafana}/dashboards`]),
    '',
    `  ${pc.bold('Report')}        npx mnemoscope report`,
  ]
  if (metrics !== null) {
    lines.push(
      `  Break it      npx mnemoscope demo --fault recall`,
      `  Fix it        npx mnemoscope demo --fault none`,
    )
  }
  return [...lines, '', `  Ctrl-C stops everything; all addresses are in .mnemoscope/run.json.`].join('\n')
}
