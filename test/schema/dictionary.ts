import type pg from 'pg'

/** Markers in `docs/sql.md` around the part that `npm run schema` writes. */
const begin = '<!-- dictionary -->\n'
const end = '<!-- /dictionary -->'

interface Relation {
  readonly name: string
  readonly comment: string
  readonly columns: readonly { readonly name: string; readonly type: string; readonly comment: string }[]
}

interface Routine {
  readonly name: string
  readonly takes: string
  readonly gives: string
  readonly comment: string
}

/** The page with its dictionary as the comments of the database have it: views, functions, tables, each with its columns. */
export async function withDictionary(page: string, database: pg.Pool | pg.ClientBase): Promise<string> {
  const [before = '', rest = ''] = page.split(begin)
  const [, after] = rest.split(end)
  if (after === undefined) throw new Error(`the page has no lines ${begin.trim()} and ${end}`)
  return `${before}${begin}${await dictionary(database)}\n${end}${after}`
}

async function dictionary(database: pg.Pool | pg.ClientBase): Promise<string> {
  const views = await relations(database, ['v'])
  const tables = await relations(database, ['r', 'p'])
  const { rows: functions } = await database.query<Routine>(routineQuery)
  return [
    ['## Views', ...views.map(relationText)].join('\n\n'),
    ['## Functions', ...functions.map(functionText)].join('\n\n'),
    [
      '## Tables',
      'The views read these. Their shape can change from version to version; the views stay.',
      ...tables.map(relationText),
    ].join('\n\n'),
    '',
  ].join('\n\n')
}

async function relations(
  database: pg.Pool | pg.ClientBase,
  kinds: readonly string[],
): Promise<readonly Relation[]> {
  const { rows } = await database.query<Relation>(relationQuery, [kinds])
  return rows
}

function relationText({ name, comment, columns }: Relation): string {
  return [
    `### ${name}`,
    '',
    cell(comment),
    '',
    '| column | type | what it is |',
    '|---|---|---|',
    ...columns.map((column) => `| \`${column.name}\` | ${typeText(column.type)} | ${cell(column.comment)} |`),
  ].join('\n')
}

function functionText({ name, takes, gives, comment }: Routine): string {
  return [
    `### ${name}`,
    '',
    cell(comment),
    '',
    '```',
    `${name}(${typeText(takes)})`,
    `→ ${typeText(gives)}`,
    '```',
  ].join('\n')
}

/** Types as people write them. */
function typeText(type: string): string {
  return type.replaceAll('timestamp with time zone', 'timestamptz').replaceAll('double precision', 'float8')
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

const relationQuery = `
  SELECT relname AS name, obj_description(relation.oid, 'pg_class') AS comment, (
    SELECT json_agg(json_build_object('name', attname, 'type', format_type(atttypid, atttypmod),
      'comment', col_description(attrelid, attnum)) ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
  ) AS columns
  FROM pg_class AS relation
  WHERE relnamespace = 'public'::regnamespace AND relkind = ANY ($1) AND NOT relispartition ORDER BY relname`

const routineQuery = `
  SELECT proname AS name, pg_get_function_arguments(oid) AS takes, pg_get_function_result(oid) AS gives,
    obj_description(oid, 'pg_proc') AS comment
  FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' ORDER BY proname`
