import { Command } from 'commander'
import { serverOption } from '../options.js'
import { print } from '../terminal.js'
import { runIn } from '../up/run-file.js'

interface DoctorOptions {
  config?: string
  url?: string
  prometheusUrl?: string
  alertmanagerUrl?: string
  json?: true
}

/** `mnemoscope doctor`: what is missing at real servers, or contradicts the configuration. */
export const doctorCommand = new Command('doctor')
  .description(
    'look at your Prometheus, Alertmanager and recorder, and say in order what to fix; changes nothing',
  )
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option(
    '--prometheus-url <url>',
    'Prometheus (default: the one that runs here, else endpoints.prometheus)',
    serverOption('--prometheus-url'),
  )
  .option(
    '--alertmanager-url <url>',
    'Alertmanager (default: the one that runs here, else endpoints.alertmanager)',
    serverOption('--alertmanager-url'),
  )
  .option(
    '--url <url>',
    'recorder (default: the one that runs here, else endpoints.recorder)',
    serverOption('--url'),
  )
  .option('--json', 'print it as JSON')
  .addHelpText(
    'after',
    '\nExit code: 0 if nothing is wrong, 1 if something is, 2 for an invalid argument or configuration.' +
      '\nIf the recorder asks for a token, set MNEMOSCOPE_TOKEN.',
  )
  .action(async (options: DoctorOptions) => {
    const { collectFacts } = await import('../doctor/collect.js')
    const { expectedOf } = await import('../doctor/expected.js')
    const { findingsOf } = await import('../doctor/findings.js')
    const { sourceQuestions } = await import('../doctor/sources.js')
    const { hidingSecrets } = await import('../hide-secrets.js')
    const { serverUrl } = await import('../prometheus-client.js')
    const { config, folder, run } = await projectHere(options.config)
    const { prometheus, alertmanager, recorder } = config.endpoints
    const findings = await hidingSecrets(config, async () => {
      const addresses = {
        prometheus: serverUrl('prometheus', {
          given: options.prometheusUrl,
          folder,
          configured: prometheus,
        }),
        alertmanager: serverUrl('alertmanager', {
          given: options.alertmanagerUrl,
          folder,
          configured: alertmanager,
        }),
        recorder: options.url ?? run?.recorder ?? recorder,
      }
      const facts = await collectFacts(addresses, sourceQuestions(config))
      return findingsOf(facts, expectedOf(config, run?.recorder), Date.now())
    })
    const isWell = findings.every(({ isWrong }) => !isWrong)
    if (options.json) {
      print(`${JSON.stringify({ ok: isWell, findings })}\n`)
    } else {
      const { findingsText } = await import('../doctor/text.js')
      print(findingsText(findings))
    }
    process.exitCode = isWell ? 0 : 1
  })

/** The configuration as the servers have it: where `mnemoscope up` runs here, with its patch and the demo's intervals. */
async function projectHere(path: string | undefined) {
  const { loadProject } = await import('../config-file.js')
  const project = await loadProject(path)
  const run = runIn(project.folder)
  if (run === undefined) return { ...project, run }
  const { demoClock } = await import('../up/demo-clock.js')
  const { appliedFolder } = await import('../changes/applier.js')
  const { readPatch } = await import('../changes/applied-folder.js')
  const defaults = run.metrics === null ? {} : demoClock
  return { ...(await loadProject(path, defaults, (folder) => readPatch(appliedFolder(folder)))), run }
}
