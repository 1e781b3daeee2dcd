import { Command } from 'commander'
import { serverOption } from '../options.js'
import { print } from '../terminal.js'

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
    'Prometheus (default: endpoints.prometheus)',
    serverOption('--prometheus-url'),
  )
  .option(
    '--alertmanager-url <url>',
    'Alertmanager (default: endpoints.alertmanager)',
    serverOption('--alertmanager-url'),
  )
  .option('--url <url>', 'recorder (default: endpoints.recorder)', serverOption('--url'))
  .option('--json', 'print it as JSON')
  .addHelpText(
    'after',
    '\nExit code: 0 if nothing is wrong, 1 if something is, 2 for an invalid argument or configuration.' +
      '\nIf the recorder asks for a token, set MNEMOSCOPE_TOKEN.',
  )
  .action(async (options: DoctorOptions) => {
    const { loadProject } = await import('../config-file.js')
    const { collectFacts } = await import('../doctor/collect.js')
    const { expectedOf } = await import('../doctor/expected.js')
    const { findingsOf } = await import('../doctor/findings.js')
    const { hidingSecrets } = await import('../hide-secrets.js')
    const { config } = await loadProject(options.config)
    const { prometheus, alertmanager, recorder } = config.endpoints
    const findings = await hidingSecrets(config, async () => {
      const facts = await collectFacts({
        prometheus: options.prometheusUrl ?? prometheus,
        alertmanager: options.alertmanagerUrl ?? alertmanager,
        recorder: options.url ?? recorder,
      })
      return findingsOf(facts, expectedOf(config), Date.now())
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
