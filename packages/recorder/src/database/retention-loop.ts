import { retentionOf } from '@mnemoscope/kpi'
import { type Loop, startLoop } from '../loop.js'
import type { Work } from '../work.js'
import { exclusively } from './exclusively.js'
import { applyRetention } from './retention.js'

const everyMs = 3_600_000

/** Applies the retention at once and then every hour, again at once where one run did not get to the end. */
export function startRetention({ pool, config, logger }: Work): Loop {
  let hasMore = false
  return startLoop({
    next: (now) => (hasMore ? now : now + everyMs),
    run: async () => {
      // What failed is tried again after a pause, not at once.
      hasMore = false
      await exclusively(pool, 'retention', async () => {
        const { failures, ...run } = await applyRetention(pool, retentionOf(config), new Date())
        hasMore = run.hasMore
        if (run.droppedPartitions.length + run.deletedEpisodes > 0) logger.info(run, 'old data removed')
        if (failures.size > 0) {
          const names = [...failures.keys()].join(', ')
          // What is behind several failures is told once.
          throw new AggregateError(new Set(failures.values()), `left for the next run: ${names}`)
        }
      })
    },
    onError: (err) => logger.error({ err }, 'retention failed'),
  })
}
