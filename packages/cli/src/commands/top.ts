import { setTimeout } from 'node:timers/promises'
import { Command } from 'commander'
import { numberOption } from '../options.js'
import { ask, recorderUrl } from '../recorder-client.js'
import { print, printable } from '../terminal.js'
import { stopSignal } from '../up/stop-signal.js'

interface TopOptions {
  url?: string
  interval: number
  operation?: string
  once?: true
}

const clearScreen = '\u001b[2J\u001b[H'

/** `mnemoscope top`: the state of every model, in the terminal, until Ctrl-C. */
export const topCommand = new Command('top')
  .description('show the state of every model, live in the terminal, until Ctrl-C')
  .option('--url <url>', 'recorder (default: the one that runs here, else endpoints.recorder)')
  .option('--interval <seconds>', 'how often to update', numberOption('--interval', 1, 3_600), 5)
  .option('--operation <name>', 'one operation only, such as search')
  .option('--once', 'print it once and end')
  .action(async ({ url: given, interval, operation, once }: TopOptions) => {
    const { topOf } = await import('../report/now.js')
    const { beforeSection, detailsOfWorst } = await import('../report/before.js')
    const { reportText } = await import('../report/text.js')
    const url = await recorderUrl(given)
    const draw = async () => {
      const data = await ask(url, 'GET /api/dashboard', {
        has: 'open_alerts',
        query: { hours: 1, operation },
      })
      return reportText(topOf(data, beforeSection(data, await detailsOfWorst(url, data))))
    }
    if (once || !process.stdout.isTTY) {
      print(await draw())
      return
    }
    const stopping = stopSignal(() => {})
    while (!stopping.aborted) {
      // The recorder may be restarting: show the error and try again.
      const text = await draw().catch((error: Error) => `${printable(error.message)}\n`)
      process.stdout.write(`${clearScreen}${text}`)
      await setTimeout(interval * 1_000, undefined, { signal: stopping }).catch(() => {})
    }
  })
