import type { Logger } from 'pino'
import type { KeyChange } from '../http/key-file.js'
import { type Loop, startLoop } from '../loop.js'
import type { AuditLog } from './log.js'

/** How soon a key that was made or revoked is in the audit log. */
const everyMs = 5_000

/** The table keeps entries so long; what is older would be added again and removed again. */
const longestMs = 400 * 86_400_000

/**
 * Adds to the audit log which keys people made, rotated and revoked, also while no recorder ran. Each is there once,
 * however many recorders read the file.
 */
export function startKeyAudit(
  changes: () => readonly KeyChange[],
  audit: Pick<AuditLog, 'addPast'>,
  logger: Pick<Logger, 'error'>,
): Loop {
  const added = new Set<string>()
  return startLoop({
    next: (now) => now + everyMs,
    run: async () => {
      for (const { id, at, by, change, name, scopes, services } of changes()) {
        if (added.has(id) || at < Date.now() - longestMs) continue
        added.add(id)
        const of = services === undefined ? '' : ` for ${services.join(', ')}`
        const what = { operation: `key ${change} ${name}`, scope: `${scopes.join(', ')}${of}` }
        audit.addPast({ ...what, by, from: null, allowed: true, code: null, unlogged: 0 }, { id, at })
      }
    },
    onError: (err) => logger.error({ err }, 'the changes of keys could not be read'),
  })
}
