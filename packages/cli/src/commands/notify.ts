import { Command } from 'commander'
import { loadProject } from '../config-file.js'
import { print, printable } from '../terminal.js'

interface NotifyOptions {
  config?: string
  test: string
  alertmanagerUrl?: string
  json?: true
}

/** `mnemoscope notify --test NAME`: whether a message reaches a receiver. */
export const notifyCommand = new Command('notify')
  .description(
    'send a test message to a receiver through the running Alertmanager, and say whether it was accepted',
  )
  .requiredOption('--test <receiver>', 'a receiver of `alerting.receivers`')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option(
    '--alertmanager-url <url>',
    'Alertmanager (default: the one that runs here, else endpoints.alertmanager)',
  )
  .option('--json', 'print it as JSON')
  .action(async ({ test: receiver, config: file, alertmanagerUrl, json }: NotifyOptions) => {
    const { alertmanagerOf, sendTest } = await import('../messages/send-test.js')
    const { config, folder } = await loadProject(file)
    const alertmanager = alertmanagerOf(alertmanagerUrl, folder, config)
    const { hidingSecrets } = await import('../hide-secrets.js')
    const accepted = await hidingSecrets(config, () => sendTest({ config, receiver, alertmanager, folder }))
    print(
      json
        ? `${JSON.stringify({ receiver, accepted })}\n`
        : accepted
            .map((medium) => printable(`${medium} of ${receiver} has accepted the test message.\n`))
            .join(''),
    )
  })
