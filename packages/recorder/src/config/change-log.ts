import type pg from 'pg'
import type { Logger } from 'pino'
import { startLoop } from '../loop.js'
import { type Followers, knownServices } from './followers.js'
import type { AppliedChange, ConfigProblem, ConfigSource } from './source.js'
import { storeChange, storeStart } from './store.js'

/** Keeps the history of the configuration while the recorder runs. */
export interface ChangeLog {
  stop(): Promise<void>
}

/** How soon a change that could not be stored is tried again. */
const retryMs = 5_000

/**
 * Stores each applied change, in order. A configuration never waits for the database: what could not be
 * stored is kept and tried again.
 */
export function startChangeLog(
  pool: pg.Pool,
  source: ConfigSource,
  followers: Followers,
  logger: Logger,
): ChangeLog {
  const startedAt = new Date()
  const startedWith = source.current()
  const waiting: ((pool: pg.Pool) => Promise<boolean>)[] = [(to) => storeStart(to, startedWith, startedAt)]
  let storing: Promise<void> = Promise.resolve()

  const flush = async () => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      await next(pool)
      waiting.shift()
    }
  }
  const store = () => {
    storing = storing.then(flush)
    return storing.catch((err: unknown) => {
      storing = Promise.resolve()
      throw err
    })
  }
  const onError = (err: unknown) => logger.error({ err }, 'configuration change not stored yet')
  const unsubscribe = source.onChange((change: AppliedChange) => {
    const { by, sha256, differences } = change
    logger.info({ by, sha256, differences }, 'configuration changed')
    waiting.push(async (to) => storeChange(to, change, await knownServices(to, source, followers)))
    store().catch(onError)
  })
  const logProblem = (problem: ConfigProblem) =>
    logger.error({ problem }, 'the configuration as written is not in use')
  const unsubscribeProblems = source.onProblem((problem) => {
    if (problem === undefined) logger.info('the configuration as written is in use again')
    else logProblem(problem)
  })
  // The file may have been broken while this process was starting.
  const already = source.problem()
  if (already !== undefined) logProblem(already)
  const loop = startLoop({ next: (now) => now + retryMs, run: store, onError })
  return {
    async stop() {
      unsubscribe()
      unsubscribeProblems()
      await loop.stop()
      await storing.catch(() => undefined)
    },
  }
}
