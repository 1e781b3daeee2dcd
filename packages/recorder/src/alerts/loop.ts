import { durationSeconds } from '@mnemoscope/kpi'
import { exclusively } from '../database/locks.js'
import { type Loop, startLoop } from '../loop.js'
import { showOpenEpisodes } from '../metrics.js'
import type { Work } from '../work.js'
import { fetchExternalLabels } from './prometheus-alerts.js'
import { reconcile } from './reconcile.js'
import { countOpenEpisodes } from './rows.js'

/** Reconciles the alert history with Prometheus, at once and then every alert check interval. */
export function startReconciles(work: Work): Loop {
  const { pool, prometheus, config, logger, metrics, reading } = work
  const intervalMs = 1_000 * durationSeconds(config.alertCheckInterval)
  return startLoop({
    next: (now) => now + intervalMs,
    run: async () => {
      // Learned by every recorder, also by those whose turn it is not: their webhooks need it.
      const externalLabels = await fetchExternalLabels(prometheus)
      reading.normaliser = { ...reading.normaliser, externalLabels }
      await exclusively(pool, 'reconcile', async () => {
        const { opened, closed } = await reconcile(work)
        if (opened + closed > 0) logger.info({ opened, closed }, 'alert history reconciled')
      })
      showOpenEpisodes(metrics, await countOpenEpisodes(pool))
    },
    onError: (err) => logger.error({ err }, 'reconcile failed'),
  })
}
