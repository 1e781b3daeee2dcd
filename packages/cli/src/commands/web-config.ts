import { Command } from 'commander'
import { readText } from '../read-text.js'
import { print } from '../terminal.js'

/** `mnemoscope web-config FILE`: what Prometheus and Alertmanager take as --web.config.file, so that they ask for a password. */
export const webConfigCommand = new Command('web-config')
  .description(
    'print a web configuration file with which Prometheus or Alertmanager asks the user "mnemoscope" for a password',
  )
  .argument('<file>', 'file with the password, which has to be random: its hash is a fast one')
  .action(async (file: string) => {
    const { webConfigOf } = await import('@mnemoscope/servers')
    print(webConfigOf(readText(file).trim()))
  })
