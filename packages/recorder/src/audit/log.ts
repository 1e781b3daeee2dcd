import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import type { Logger } from 'pino'
import type { Counter } from 'prom-client'
import { storableText } from '../database/text.js'
import type { Audit, AuditEntry } from '../http/serve.js'
import { startLoop } from '../loop.js'

/** Entries that wait for a database which does not answer. Those beyond it are only in the recorder's own log. */
const mostWaiting = 1_000
/** How soon entries that could not be stored are tried again. */
const retryMs = 5_000

/** Keeps who changed something and who was refused, while the recorder runs. */
export interface AuditLog extends Audit {
  /** Keeps what was done at another time than now; an entry that is there already stays as it is. */
  addPast(entry: AuditEntry, when: { readonly id: string; readonly at: number }): void
  stop(): Promise<void>
}

interface Waiting extends AuditEntry {
  readonly id: string
  readonly at: number
}

/**
 * Writes each entry to the recorder's log at once, and to the table `audit_log` as soon as the database takes it. No request
 * waits for that.
 * @param lost counts the entries that are not in the table
 */
export function startAuditLog(
  pool: pg.Pool,
  logger: Pick<Logger, 'info' | 'warn' | 'error'>,
  lost: Pick<Counter, 'inc'>,
): AuditLog {
  const waiting: Waiting[] = []
  let storing: Promise<void> | undefined

  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostWaiting)
      await insertEntries(pool, batch)
      waiting.splice(0, batch.length)
    }
  }
  const store = () => {
    storing ??= flush().finally(() => {
      storing = undefined
    })
    return storing
  }
  const onError = (err: unknown) => logger.error({ err, waiting: waiting.length }, 'audit log not stored yet')
  const loop = startLoop({ next: (now) => now + retryMs, run: store, onError })
  const addPast: AuditLog['addPast'] = (entry, when) => {
    if (waiting.length >= mostWaiting) {
      lost.inc()
      return
    }
    waiting.push({ ...entry, ...when })
    // One that fails is logged by the loop, which tries again.
    store().catch(() => undefined)
  }
  return {
    add(entry) {
      if (entry.allowed) logger.info({ audit: entry }, 'changed')
      else logger.warn({ audit: entry }, 'refused')
      addPast(entry, { id: randomUUID(), at: Date.now() })
    },
    addPast,
    async stop() {
      await loop.stop()
      await store().catch((error: unknown) => {
        onError(error)
        lost.inc(waiting.length)
      })
    },
  }
}

async function insertEntries(pool: pg.Pool, entries: readonly Waiting[]): Promise<void> {
  const rows = entries.map(({ id, at, by, from, operation, scope, allowed, code, unlogged }) => ({
    id,
    at: new Date(at).toISOString(),
    by: by === null ? null : storableText(by),
    sender: from,
    operation,
    scope,
    allowed,
    code,
    unlogged,
  }))
  await pool.query(
    `INSERT INTO audit_log (id, at, by, sender, operation, scope, allowed, code, unlogged)
     SELECT id, at, by, sender, operation, scope, allowed, code, unlogged FROM jsonb_to_recordset($1::jsonb)
       AS entry (id uuid, at timestamptz, by text, sender text, operation text, scope text, allowed boolean, code text, unlogged integer)
     ON CONFLICT (id) DO NOTHING`,
    [JSON.stringify(rows)],
  )
}
