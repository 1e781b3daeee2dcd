import pg from 'pg'

/** What the texts of a column are. `json` is also a list; `time` is ISO 8601, UTC, to the microsecond. */
export type ColumnKind = 'integer' | 'number' | 'boolean' | 'json' | 'time' | 'text'

/** A column of an answer. */
export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  /** Text of a value as Postgres sends it to text as we give it. */
  readonly given: (text: string) => string
}

const { builtins } = pg.types
const { INT2, INT4, INT8, OID, FLOAT4, FLOAT8, NUMERIC } = builtins
const integers: readonly number[] = [INT2, INT4, INT8, OID]
const numbers: readonly number[] = [FLOAT4, FLOAT8, NUMERIC]
const json: readonly number[] = [builtins.JSON, builtins.JSONB]
/** Lists of booleans, numbers, texts, times and JSON. */
const lists: readonly number[] = [
  1000, 1005, 1007, 1009, 1015, 1016, 1021, 1022, 1115, 1182, 1185, 1231, 199, 3807,
]

/** @param type the OID of a type: https://www.postgresql.org/docs/current/catalog-pg-type.html */
export function columnOf(name: string, type: number): Column {
  if (integers.includes(type)) return { name, kind: 'integer', given: unchanged }
  if (numbers.includes(type)) return { name, kind: 'number', given: unchanged }
  if (type === builtins.BOOL) return { name, kind: 'boolean', given: (text) => String(text === 't') }
  if (json.includes(type)) return { name, kind: 'json', given: unchanged }
  if (type === builtins.TIMESTAMPTZ) return { name, kind: 'time', given: isoTime }
  if (lists.includes(type)) {
    const parse = pg.types.getTypeParser(type, 'text')
    return { name, kind: 'json', given: (text) => JSON.stringify(parse(text)) }
  }
  return { name, kind: 'text', given: unchanged }
}

const unchanged = (text: string) => text

/** `2026-03-16 10:20:00.5+00` as `2026-03-16T10:20:00.5Z`; infinity stays. */
function isoTime(text: string): string {
  return text.replace(/^(\S+) (\S+)\+00$/, '$1T$2Z')
}
