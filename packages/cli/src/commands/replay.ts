import { resolve } from 'node:path'
import { Command } from 'commander'
import { databaseUrl } from '../environment.js'
import { readRunFile } from '../up/run-file.js'

/** `mnemoscope replay`: what was given up is delivered again. */
export const replayCommand = new Command('replay')
  .description('deliver again what alert handlers did not take after every attempt')
  .argument('[handler]', 'only deliveries to this one')
  .addHelpText(
    'after',
    '\nThe database is named by the environment variable DATABASE_URL; by default it is that of `mnemoscope up` here.',
  )
  .action(async (handler: string | undefined) => {
    const url = databaseUrl() ?? readRunFile(resolve('.')).database
    const { prepareDatabase, createPool, replayDeliveries } = await import('@mnemoscope/recorder')
    await prepareDatabase(url)
    const pool = createPool(url, { max: 1 })
    try {
      const count = await replayDeliveries(pool, handler)
      process.stdout.write(`${count} ${count === 1 ? 'delivery' : 'deliveries'} to be tried again\n`)
    } finally {
      await pool.end()
    }
  })
