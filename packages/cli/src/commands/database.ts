import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command } from 'commander'
import { databaseUrl } from '../environment.js'
import { alreadyRunning, stateFolder } from '../up/run-file.js'

/** `mnemoscope database rebuild`: replaces the tables of another version with those of this version. */
const rebuildCommand = new Command('rebuild')
  .description("delete the recorder's tables with all their history, and create them again")
  .option('--confirm', 'delete the history; without this option nothing happens')
  .addHelpText(
    'after',
    '\nThe environment variable DATABASE_URL names the database. Default: that of `mnemoscope up` here, which must' +
      "\nnot run. Other tables in the database stay, and so does Prometheus' data.",
  )
  .action(async ({ confirm }: { confirm?: true }) => {
    const url = databaseUrl()
    const where = url === undefined ? stateFolder(resolve('.')) : 'the database in DATABASE_URL'
    if (confirm !== true) {
      throw new MnemoscopeError('USAGE', `this deletes all snapshots, alerts and measurements in ${where}`, {
        expected: '--confirm',
        next: 'Save what you need, for example with pg_dump, then run `npx mnemoscope database rebuild --confirm`.',
      })
    }
    const dropped = url === undefined ? await rebuildEmbedded(resolve('.')) : await rebuild(url)
    process.stdout.write(
      `Rebuilt ${where}: ${dropped.length === 0 ? 'it had no tables' : `deleted ${dropped.join(', ')}`}\n`,
    )
  })

export const databaseCommand = new Command('database')
  .description('manage the database that stores the history')
  .addCommand(rebuildCommand)

async function rebuild(url: string): Promise<string[]> {
  const { rebuildDatabase } = await import('@mnemoscope/recorder')
  return rebuildDatabase(url)
}

/** Starts the Postgres of `mnemoscope up` for this work, then stops it. */
async function rebuildEmbedded(folder: string): Promise<string[]> {
  const stateDir = stateFolder(folder)
  if (!existsSync(join(stateDir, 'postgres-password'))) {
    throw new MnemoscopeError('USAGE', `DATABASE_URL is not set, and ${stateDir} has no database`, {
      value: stateDir,
      expected: 'DATABASE_URL, or a folder in which `mnemoscope up` has run',
      next: 'Set DATABASE_URL, or run the command in the folder of `npx mnemoscope up`.',
    })
  }
  const { claimName, startPostgres } = await import('@mnemoscope/servers')
  const claim = claimName(stateDir, 'mnemoscope')
  if ('heldBy' in claim) throw alreadyRunning(folder, claim.heldBy)
  try {
    const server = await startPostgres({ stateDir, port: 0 })
    try {
      return await rebuild(server.url)
    } finally {
      await server.stop()
    }
  } finally {
    claim.release()
  }
}
