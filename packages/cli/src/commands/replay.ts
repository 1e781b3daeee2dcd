import { resolve } from 'node:path'
import { Command } from 'commander'
import { databaseUrl } from '../environment.js'
import { readRunFile } from '../up/run-file.js'

const noDatabase = 'Start one with `npx mnemoscope up`, or name the database in DATABASE_URL.'

/** `mnemoscope replay`: tries failed deliveries again. */
export const replayCommand = new Command('replay')
  .description('deliver alerts again whose delivery to a handler failed at every attempt')
  .argument('[handler]', 'only deliveries to this one')
  .addHelpText(
    'after',
    '\nThe environment variable DATABASE_URL names the database. Default: that of `mnemoscope up` here.',
  )
  .action(async (handler: string | undefined) => {
    const url = databaseUrl() ?? readRunFile(resolve('.'), noDatabase).database
    const { createPool, databaseFailure, prepareDatabase, replayDeliveries } = await import(
      '@mnemoscope/recorder'
    )
    await prepareDatabase(url)
    const pool = createPool(url, { max: 1 })
    try {
      const count = await replayDeliveries(pool, handler)
      process.stdout.write(`${count} ${count === 1 ? 'delivery' : 'deliveries'} will be tried again\n`)
    } catch (error) {
      throw databaseFailure(url, error)
    } finally {
      await pool.end()
    }
  })
