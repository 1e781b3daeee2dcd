import { durationSeconds } from '@mnemoscope/kpi'
import { exclusively } from '../database/locks.js'
import { type Loop, startLoop } from '../loop.js'
import { queryNow } from '../prometheus/query.js'
import type { Work } from '../work.js'
import { createBackfill } from './backfill.js'
import { withOverall } from './overall.js'
import { hours, levelsFor, rollUp } from './rollup.js'
import { isStored, newestStored, storeInstants } from './store.js'
import { takeSnapshot } from './take.js'
import { intervalsOf, newestInstant, nextSettling, settlingMs } from './timing.js'

const rollUpEveryMs = 60_000

/** Takes a snapshot at each aligned instant, the newest one at once. */
export function startSnapshots({ pool, prometheus, config, logger, metrics }: Work): Loop {
  const intervalMs = 1_000 * durationSeconds(config.snapshotInterval)
  const intervals = intervalsOf(config)
  const settling = settlingMs(intervals.scrapeSeconds)
  /** By how much Prometheus' clock is ahead of ours. */
  let aheadMs = 0
  const take = async (): Promise<void> => {
    const now = await queryNow(prometheus)
    aheadMs = now - Date.now()
    const at = new Date(newestInstant(now, intervalMs, settling))
    if (await isStored(pool, at)) return
    const endTimer = metrics.cycleDuration.startTimer()
    const instant = await takeSnapshot(prometheus, at, intervals)
    const instants = await withOverall(prometheus, [instant], intervalMs / 1_000, config.kpis)
    const rows = await storeInstants(pool, instants)
    endTimer()
    metrics.snapshots.inc()
    metrics.snapshotRows.inc(rows)
    if ('gap' in instant) logger.warn({ at, gap: instant.gap }, 'instant without a snapshot')
    else logger.debug({ at, rows }, 'snapshot stored')
  }
  return startLoop({
    next: (now) => nextSettling(now + aheadMs, intervalMs, settling) - aheadMs,
    run: async () => {
      await exclusively(pool, 'snapshots', take)
      // Whoever took it: of several recorders on a database only one does.
      const newest = await newestStored(pool)
      if (newest !== undefined) metrics.lastInstant.set(newest.getTime() / 1_000)
    },
    onError: (err) => {
      metrics.snapshotFailures.inc()
      logger.error({ err }, 'snapshot failed')
    },
  })
}

/** Fills instants that were missed, one batch after another, apart from the live snapshots. */
export function startBackfill({ pool, prometheus, config, logger, metrics }: Work): Loop {
  const intervalMs = 1_000 * durationSeconds(config.snapshotInterval)
  const backfill = createBackfill({ pool, prometheus, config })
  let isBehind = false
  return startLoop({
    next: (now) => (isBehind ? now : now + intervalMs),
    run: async () => {
      const wasBehind = isBehind
      // A batch that fails is tried again after a pause, not at once.
      isBehind = false
      const ran = await exclusively(pool, 'backfill', async () => {
        const batch = await backfill.runBatch()
        metrics.backfillLeft.set(batch.left)
        metrics.snapshots.inc(batch.filled + batch.gaps)
        metrics.snapshotRows.inc(batch.rows)
        isBehind = batch.left > 0
        if (isBehind || wasBehind) logger.info(batch, 'missed instants filled')
      })
      if (!ran) metrics.backfillLeft.set(0)
    },
    onError: (err) => logger.error({ err }, 'backfill failed'),
  })
}

/** Adds up five minutes and hours that are over. */
export function startRollUps({ pool, config, logger }: Work): Loop {
  const levels = levelsFor(1_000 * durationSeconds(config.snapshotInterval))
  let hasMore = false
  return startLoop({
    next: (now) => (hasMore ? now : now + rollUpEveryMs),
    run: async () => {
      hasMore = false
      await exclusively(pool, 'rollUps', async () => {
        for (const level of levels) {
          const parts = await rollUp(pool, new Date(), level)
          // Five minutes of long ago can wait their turn: hours serve for them meanwhile.
          hasMore ||= level === hours && parts > 0
          if (parts > 0) logger.debug({ table: level.snapshots, parts }, 'snapshots rolled up')
        }
      })
    },
    onError: (err) => logger.error({ err }, 'roll-up failed'),
  })
}
