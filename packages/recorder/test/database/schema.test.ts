import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { catalog } from '@mnemoscope/kpi'
import { withDictionary } from '../../../../test/schema/dictionary.js'
import { schemaFile } from '../../../../test/schema/schema-text.js'
import { baselineFrom, readBaseline } from '../../src/database/baseline.js'
import { ownDatabase } from '../plumbing/database.js'

const database = ownDatabase()

/** Every major version of Postgres writes the body of a view in its own way. */
function withoutViewBodies(text: string): string {
  return text.replaceAll(/^(CREATE VIEW \w+) AS\n[^;]*;/gm, '$1;')
}

test('schema.sql is the shape of the database that this version makes', async () => {
  const committed = readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')
  const { rows } = await database.pool.query(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  )
  const shape = rows[0].major === 18 ? (text: string) => text : withoutViewBodies
  // `npm run schema` writes it.
  expect(shape(await schemaFile(database.pool))).toBe(shape(committed))
})

test('the dictionary of docs/sql.md is made of the comments of the database', async () => {
  const page = readFileSync(new URL('../../../../docs/sql.md', import.meta.url), 'utf8')
  // `npm run schema` writes it.
  expect(await withDictionary(page, database.pool)).toBe(page)
})

test('the baseline lists all that it makes', async () => {
  const { objects } = await readBaseline()
  const { rows } = await database.pool.query(`
    SELECT CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS kind, relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind NOT IN ('i', 'I', 'S') AND NOT relispartition
    UNION ALL SELECT 'FUNCTION', proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`)
  const texts = (list: readonly { kind: string; name: string }[]) =>
    list.map(({ kind, name }) => `${kind} ${name}`).sort()
  expect(texts(objects)).toEqual(texts(rows))
})

test('a KPI more is another baseline with a column more; a line ending is not', () => {
  const file =
    'CREATE VIEW performance_snapshots AS SELECT\n    {{kpi_columns}}\nFROM snapshots;\n{{kpi_column_comments}}\n'
  const baseline = baselineFrom([file], catalog)
  const staleness = {
    ...catalog.latency,
    title: 'Staleness',
    description: "Age of the memory's newest entry.",
  }
  const grown = baselineFrom([file], { ...catalog, staleness })
  expect(grown.sql).toContain("max(value) FILTER (WHERE kpi = 'staleness') AS staleness\nFROM")
  expect(grown.sql).toContain(
    "COMMENT ON COLUMN performance_snapshots.staleness IS 'Staleness, p95, in seconds: Age of the memory''s newest entry. NULL where unknown.';",
  )
  expect(grown.sha256).not.toBe(baseline.sha256)
  expect(baselineFrom([file.replaceAll('\n', '\r\n')], catalog)).toEqual(baseline)
})
