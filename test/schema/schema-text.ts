import type pg from 'pg'

/**
 * The shape of a database as SQL for people to read: tables, views and functions of one schema by name, each with its
 * constraints, indexes and comments. Partitions are left out. Postgres' own catalog functions write the statements, so the
 * text says what the server has, not what a file asked for. The bodies of views differ between major versions of Postgres.
 */
export async function schemaText(database: pg.Pool | pg.ClientBase, schema = 'public'): Promise<string> {
  const blocks: string[] = []
  for (const query of [tables, views, functions]) {
    const { rows } = await database.query<{ text: string }>(query, [schema])
    blocks.push(...rows.map(({ text }) => text.replaceAll(`${schema}.`, '').trim()))
  }
  return `${blocks.join('\n\n')}\n`
}

/** What `schema.sql` holds: the shape of a database that this version has prepared. */
export async function schemaFile(database: pg.Pool | pg.ClientBase): Promise<string> {
  return `-- The final shape of the recorder's database, for people to read. Never edit it: edit baseline/, then \`npm run schema\`.\n-- Sorted by name, so it does not load in one pass: \`mnemoscope database\` makes a database.\n\n${await schemaText(database)}`
}

/** Comments of a relation and of its columns. */
const comments = (kind: 'TABLE' | 'VIEW') => `coalesce((
  SELECT string_agg(E'\\n' || line, '' ORDER BY number) FROM (
    SELECT 0 AS number, format('COMMENT ON ${kind} %I IS %L;', relname, obj_description(relation.oid, 'pg_class')) AS line
    WHERE obj_description(relation.oid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT attnum, format('COMMENT ON COLUMN %I.%I IS %L;', relname, attname, col_description(attrelid, attnum))
    FROM pg_attribute WHERE attrelid = relation.oid AND attnum > 0 AND col_description(attrelid, attnum) IS NOT NULL
  ) AS lines
), '')`

const tables = `
  SELECT format(E'CREATE TABLE %I (\\n%s\\n)%s;', relname, (
    SELECT string_agg('  ' || line, E',\\n' ORDER BY kind, number, line) FROM (
      SELECT 0 AS kind, attnum AS number, concat_ws(' ', quote_ident(attname), format_type(atttypid, atttypmod),
        CASE WHEN attidentity = 'a' THEN 'GENERATED ALWAYS AS IDENTITY'
             WHEN attgenerated = 's' THEN format('GENERATED ALWAYS AS (%s) STORED', pg_get_expr(adbin, adrelid))
             WHEN adbin IS NOT NULL THEN 'DEFAULT ' || pg_get_expr(adbin, adrelid) END,
        CASE WHEN attnotnull THEN 'NOT NULL' END) AS line
      FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid = relation.oid AND attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT 1, position(contype::text IN 'pucf'), format('CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE conrelid = relation.oid AND contype IN ('p', 'u', 'c', 'f')
    ) AS lines
  ), ' PARTITION BY ' || pg_get_partkeydef(relation.oid)) || coalesce((
    SELECT string_agg(E'\\n' || pg_get_indexdef(indexrelid) || ';', '' ORDER BY pg_get_indexdef(indexrelid)) FROM pg_index
    WHERE indrelid = relation.oid AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
  ), '') || ${comments('TABLE')} AS text
  FROM pg_class AS relation
  WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname`

const views = `
  SELECT format(E'CREATE VIEW %I AS\\n%s', relname, pg_get_viewdef(relation.oid, true)) || ${comments('VIEW')} AS text
  FROM pg_class AS relation WHERE relnamespace = $1::regnamespace AND relkind = 'v' ORDER BY relname`

const functions = `
  SELECT rtrim(pg_get_functiondef(oid), E'\\n') || ';' || coalesce(
    format(E'\\nCOMMENT ON FUNCTION %I IS %L;', proname, obj_description(oid, 'pg_proc')), '') AS text
  FROM pg_proc WHERE pronamespace = $1::regnamespace AND prokind = 'f'
  ORDER BY proname, pg_get_function_identity_arguments(oid)`
