import { MnemoscopeError } from '@mnemoscope/kpi'
import type pg from 'pg'
import { shownAddress } from './address.js'
import { type Baseline, readBaseline, type SchemaObject } from './baseline.js'
import { databaseDenied, databaseFailure, databaseNotOwned, isDenied } from './errors.js'
import { lock } from './locks.js'
import { partitionedTables } from './partitions.js'
import { beginWith, openClient } from './session.js'

/** The one command that gives a database this version's tables. */
const rebuildCommand = 'npx mnemoscope database rebuild --confirm'

/** How long a rebuild waits for those who read or write a table. */
const lockTimeoutMs = 10_000

/**
 * Gives an empty database the recorder's tables. Any number of processes may do so at once: one does the work, the others
 * wait for it. All of it is one transaction, so a failure leaves the database as it was.
 * @returns whether it made the tables; false where they were there already
 * @throws MnemoscopeError DATABASE_BASELINE where the tables are of another version, which stay untouched;
 *   DATABASE_UNREACHABLE; DATABASE_DENIED where the user may not make tables, or does not own them; DATABASE_UNABLE where Postgres can't at present
 */
export async function prepareDatabase(databaseUrl: string): Promise<boolean> {
  const baseline = await readBaseline()
  return withSchema(databaseUrl, async (client) => {
    const stored = await storedIn(client, databaseUrl)
    const present = await objectsThere(client, baseline.objects)
    if (stored?.sha256 === baseline.sha256) {
      const missing = baseline.objects.filter(
        (object) => !present.some(({ kind, name }) => kind === object.kind && name === object.name),
      )
      if (missing.length > 0) throw incomplete(databaseUrl, missing)
      return false
    }
    if (stored !== undefined || present.length > 0) {
      throw otherBaseline(databaseUrl, stored?.sha256, baseline, present)
    }
    await apply(client, baseline)
    return true
  })
}

/**
 * Deletes the recorder's tables, views and functions with everything in them, whichever baseline they are of, and makes
 * them again. Everything else in the database stays.
 * @returns names of the tables that were deleted
 * @throws MnemoscopeError as `prepareDatabase`; DATABASE_BASELINE where something else depends on a table
 */
export async function rebuildDatabase(databaseUrl: string): Promise<string[]> {
  const baseline = await readBaseline()
  return withSchema(databaseUrl, async (client) => {
    const stored = await storedIn(client, databaseUrl)
    const present = await objectsThere(client, stored?.objects ?? baseline.objects)
    if (stored === undefined && present.length > 0 && !isRecorders(present)) {
      throw otherBaseline(databaseUrl, undefined, baseline, present)
    }
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`)
    // Views read tables, and a table's column can be made by a function.
    const dropped: string[] = []
    for (const kind of ['VIEW', 'TABLE', 'FUNCTION'] as const) {
      const found = present.filter((object) => object.kind === kind)
      if (found.length === 0) continue
      await client
        .query(`DROP ${kind} ${found.map(({ statementName }) => statementName).join(', ')}`)
        .catch((error) => {
          if (isDenied(error)) throw databaseNotOwned(databaseUrl, (found[0] as PresentObject).owner, error)
          throw isDependedOn(error) ? dependedOn(databaseUrl, error) : error
        })
      if (kind === 'TABLE') dropped.push(...found.map(({ name }) => name))
    }
    await apply(client, baseline)
    return dropped
  })
}

/** Hash of the baseline that made a database's tables; undefined where nothing says so. */
export async function storedBaseline(database: pg.ClientBase | pg.Pool): Promise<string | undefined> {
  const { rows } = await database.query<{ sha256: string }>('SELECT sha256 FROM schema_baseline')
  return rows[0]?.sha256
}

/** An object of the current schema. */
interface PresentObject extends SchemaObject {
  /** As it can stand in a statement, whatever the search path. */
  readonly statementName: string
  readonly owner: string
}

/** What the current schema, in which tables would be made, says of its baseline. */
async function storedIn(
  client: pg.Client,
  databaseUrl: string,
): Promise<{ sha256: string; objects: readonly SchemaObject[] } | undefined> {
  const [table] = await objectsThere(client, [{ kind: 'TABLE', name: 'schema_baseline' }])
  if (table === undefined) return undefined
  // A database that takes no writes refuses FOR UPDATE, so a recorder that could store nothing does not start.
  const { rows } = await client
    .query<{ sha256: string; objects: string[] }>(
      `SELECT sha256, objects FROM ${table.statementName} FOR UPDATE`,
    )
    .catch((error) => {
      throw isDenied(error) ? databaseNotOwned(databaseUrl, table.owner, error) : error
    })
  const [row] = rows
  if (row === undefined) return undefined
  return {
    sha256: row.sha256,
    objects: row.objects.map((text) => {
      const [kind, name] = text.split(' ')
      return { kind: kind as SchemaObject['kind'], name: name as string }
    }),
  }
}

/** Those of these objects that the current schema has, and the tables of days that were detached from one of them. */
async function objectsThere(client: pg.Client, objects: readonly SchemaObject[]): Promise<PresentObject[]> {
  const { rows } = await client.query<PresentObject>(
    `WITH given AS (SELECT * FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (kind, name, number)),
     here AS (SELECT oid FROM pg_namespace WHERE nspname = current_schema())
     SELECT kind, relname AS name, format('%I.%I', current_schema(), relname) AS "statementName", pg_get_userbyid(relowner) AS owner, number
     FROM given JOIN pg_class ON relname = name OR (kind = 'TABLE' AND name = ANY ($3) AND relname ~ ('^' || name || '_[0-9]{8}$'))
     WHERE relnamespace = (SELECT oid FROM here) AND NOT relispartition
       AND CASE kind WHEN 'TABLE' THEN relkind IN ('r', 'p') WHEN 'VIEW' THEN relkind = 'v' END
     UNION ALL
     SELECT kind, name, format('%I.%I(%s)', current_schema(), proname, pg_get_function_identity_arguments(pg_proc.oid)), pg_get_userbyid(proowner), number
     FROM given JOIN pg_proc ON proname = name AND prokind = 'f' AND kind = 'FUNCTION' WHERE pronamespace = (SELECT oid FROM here)
     ORDER BY number, name`,
    [objects.map(({ kind }) => kind), objects.map(({ name }) => name), partitionedTables],
  )
  return rows
}

async function apply(client: pg.Client, { sql, sha256, objects }: Baseline): Promise<void> {
  await client.query(sql)
  await client.query('INSERT INTO schema_baseline (sha256, objects) VALUES ($1, $2)', [
    sha256,
    objects.map(({ kind, name }) => `${kind} ${name}`),
  ])
}

/** Works on the schema in one transaction, alone. */
async function withSchema<T>(databaseUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  let client: pg.Client | undefined
  try {
    client = await openClient(databaseUrl, 'mnemoscope-prepare')
    // Making all tables on a slow disk may take its time.
    await client.query(beginWith({ statement_timeout: '0' }))
    await lock(client, 'schema')
    const result = await work(client)
    await client.query('COMMIT')
    return result
  } catch (error) {
    if (isDenied(error)) throw databaseDenied(databaseUrl, error)
    throw isTaken(error) ? nameTaken(databaseUrl, error) : databaseFailure(databaseUrl, error)
  } finally {
    await client?.end().catch(() => undefined)
  }
}

function otherBaseline(
  databaseUrl: string,
  found: string | undefined,
  { sha256 }: Baseline,
  present: readonly SchemaObject[],
): MnemoscopeError {
  const isKnown = found !== undefined || isRecorders(present)
  const names = shortList(present.map(({ name }) => name))
  const what =
    found === undefined
      ? `names no baseline, and has tables or functions of the recorder's names already (${names})`
      : `is of baseline ${short(found)}`
  return new MnemoscopeError(
    'DATABASE_BASELINE',
    `${shownAddress(databaseUrl)} ${what}; this version needs baseline ${short(sha256)}. Nothing in it was changed.`,
    {
      value: found ?? 'no baseline',
      expected: sha256,
      next: !isKnown
        ? 'Use another database or schema, or rename these tables and functions.'
        : `Run \`${rebuildCommand}\` to delete the recorder's tables with all history in them and make them again, or use another database.`,
    },
  )
}

/** Somebody has dropped something, or a backup was restored in part. */
function incomplete(databaseUrl: string, missing: readonly SchemaObject[]): MnemoscopeError {
  const names = missing.map(({ kind, name }) => `${kind.toLowerCase()} ${name}`)
  return new MnemoscopeError(
    'DATABASE_BASELINE',
    `${shownAddress(databaseUrl)} lacks ${shortList(names)}. Nothing in it was changed.`,
    {
      value: names,
      expected: 'all tables, views and functions of the recorder',
      next: `Restore a backup, or run \`${rebuildCommand}\` to delete the recorder's tables with all history in them and make them again.`,
    },
  )
}

/** The first five names. */
function shortList(names: readonly string[]): string {
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`
}

function short(sha256: string): string {
  return sha256.slice(0, 12)
}

/**
 * Whether a recorder made these, although they name no baseline. Other programs too have tables such as `deployments`,
 * which a rebuild must not delete.
 */
function isRecorders(present: readonly SchemaObject[]): boolean {
  return ['snapshot_instants', 'alert_transitions'].every((each) => present.some(({ name }) => name === each))
}

/** "Duplicate table", object or function; "undefined column" where `schema_baseline` is another table. */
function isTaken(error: unknown): error is pg.DatabaseError {
  return ['42P07', '42710', '42723', '42703'].includes(String((error as { code?: unknown }).code))
}

function nameTaken(databaseUrl: string, cause: pg.DatabaseError): MnemoscopeError {
  return new MnemoscopeError(
    'DATABASE_BASELINE',
    `${shownAddress(databaseUrl)} has something that is not the recorder's under a name that it needs: ${cause.message}. Nothing in it was changed.`,
    {
      value: cause.message,
      expected: 'no other object of these names',
      next: 'Use another database or schema, or rename what the message names.',
      cause,
    },
  )
}

/** "Dependent objects still exist." */
function isDependedOn(error: unknown): error is pg.DatabaseError {
  return (error as { code?: unknown }).code === '2BP01'
}

function dependedOn(databaseUrl: string, cause: pg.DatabaseError): MnemoscopeError {
  return new MnemoscopeError(
    'DATABASE_BASELINE',
    `${shownAddress(databaseUrl)} was not rebuilt, as something that is not the recorder's depends on its tables: ${cause.detail ?? cause.message}`,
    {
      value: cause.detail ?? cause.message,
      expected: "nothing but the recorder's own views on its tables",
      next: `Drop what the message names, then run \`${rebuildCommand}\` again.`,
      cause,
    },
  )
}
