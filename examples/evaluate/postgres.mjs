// A memory in a table of Postgres, found by its full-text search. DATABASE_URL names the database.
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
await pool.query(`CREATE TABLE IF NOT EXISTS memories (
  scope text, id text, content text, PRIMARY KEY (scope, id),
  words tsvector GENERATED ALWAYS AS (to_tsvector('english', content)) STORED)`)

const write = ({ id, text }, { scope }) =>
  pool.query(
    `INSERT INTO memories (scope, id, content) VALUES ($1, $2, $3)
     ON CONFLICT (scope, id) DO UPDATE SET content = excluded.content`,
    [scope, id, text],
  )

/** @type {import('@mnemoscope/evaluation').Memory} */
export default {
  add: write,
  update: write,
  async search(question, { scope, limit }) {
    // Any of the words, where websearch_to_tsquery would want all of them.
    const { rows } = await pool.query(
      `SELECT id, content AS text, ts_rank_cd(words, query)::float8 AS score
       FROM memories, (SELECT replace(plainto_tsquery('english', $2)::text, '&', '|')::tsquery AS query) AS asked
       WHERE scope = $1 AND words @@ query ORDER BY score DESC LIMIT $3`,
      [scope, question, limit],
    )
    return rows
  },
  delete: (id, { scope }) => pool.query('DELETE FROM memories WHERE scope = $1 AND id = $2', [scope, id]),
  close: () => pool.end(),
}
