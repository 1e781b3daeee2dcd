/**
 * Writes packages/recorder/schema.sql, the final shape of the recorder's database, and the data dictionary of docs/sql.md,
 * as a real Postgres has them:
 *
 *   npm run schema
 *
 * A test fails where a file differs from what the baseline makes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPool, prepareDatabase } from '@mnemoscope/recorder'
import { startPostgres } from '@mnemoscope/servers'
import { repository } from '../harness/repository.js'
import { withDictionary } from './dictionary.js'
import { schemaFile } from './schema-text.js'

const target = join(repository, 'packages/recorder/schema.sql')
const page = join(repository, 'docs/sql.md')
const stateDir = mkdtempSync(join(tmpdir(), 'mnemoscope-schema-'))
const server = await startPostgres({ stateDir, port: 0, durable: false })
try {
  await prepareDatabase(server.url)
  const pool = createPool(server.url, { max: 1 })
  writeFileSync(target, await schemaFile(pool))
  writeFileSync(page, await withDictionary(readFileSync(page, 'utf8'), pool))
  await pool.end()
  console.log(`wrote ${target} and ${page}`)
} finally {
  await server.stop()
  rmSync(stateDir, { recursive: true, force: true })
}
