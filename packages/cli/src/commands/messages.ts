import { Command, Option } from 'commander'
import { type MediumName, mediumNames } from '../messages/media.js'
import { recorderUrl } from '../recorder-client.js'
import { print, printable } from '../terminal.js'

interface MessagesOptions {
  config?: string
  episode?: string
  url?: string
  medium?: MediumName | 'all'
  html?: string
  json?: true
}

/** `mnemoscope messages`: how messages look, without sending one. */
export const messagesCommand = new Command('messages')
  .description('show how messages look in each medium: samples of all kinds, or that of a real episode')
  .option('--episode <id>', 'the message about this episode (default: samples)')
  .addOption(
    new Option('--medium <name>', 'what the terminal shows (default: the media of the receivers)').choices([
      ...mediumNames,
      'all',
    ]),
  )
  .option('--html <file>', 'write a page with all media side by side')
  .option('-c, --config <file>', 'configuration file (default: mnemoscope.config.ts here)')
  .option(
    '--url <url>',
    'recorder that knows the episode (default: the one that runs here, else endpoints.recorder)',
  )
  .option('--json', 'print it as JSON')
  .action(async ({ config: file, episode, url, medium, html, json }: MessagesOptions) => {
    const { join, resolve } = await import('node:path')
    const { findTool } = await import('@mnemoscope/servers')
    const { loadProject } = await import('../config-file.js')
    const { renderMessages } = await import('../messages/render.js')
    const { samples } = await import('../messages/samples.js')
    const { messageOfEpisode } = await import('../messages/of-episode.js')
    const { keepOutOfCommits, stateFolder } = await import('../up/run-file.js')
    const { config, folder } = await loadProject(file)
    const given =
      episode === undefined
        ? samples(config, new Date())
        : [await messageOfEpisode(await recorderUrl(url), episode, config)]
    const amtool = await findTool('amtool', {
      toolsDir: join(stateFolder(folder), 'tools'),
      onProgress: ({ message }) => print(`${message}\n`, process.stderr),
    })
    keepOutOfCommits(folder)
    const messages = await renderMessages(config, given, amtool)
    if (html !== undefined) {
      const { writeFile } = await import('node:fs/promises')
      const { messagesPage } = await import('../messages/page.js')
      await writeFile(resolve(html), messagesPage(messages))
    }
    if (json) return print(`${JSON.stringify({ amtool: amtool.version, messages })}\n`)
    if (html !== undefined) return print(printable(`${html} has ${messages.length} messages in all media.\n`))
    const { messagesText } = await import('../messages/text.js')
    print(messagesText(messages, shownMedia(medium, config.alerting.receivers)))
  })

/** The media that the terminal shows. */
function shownMedia(
  medium: MediumName | 'all' | undefined,
  receivers: Readonly<Record<string, object>>,
): MediumName[] {
  if (medium === 'all') return mediumNames
  if (medium !== undefined) return [medium]
  const used = mediumNames.filter((name) =>
    Object.values(receivers).some((receiver) => (receiver as Record<string, unknown>)[name] !== undefined),
  )
  return used.length > 0 ? used : ['slack']
}
