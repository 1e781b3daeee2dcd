import { durationSeconds } from '@mnemoscope/kpi'
import type { Arrivals } from '../alerts/arrivals.js'
import { exclusively } from '../database/locks.js'
import { type Loop, startLoop } from '../loop.js'
import type { AlertmanagerClient } from '../prometheus/alertmanager.js'
import type { Work } from '../work.js'
import { type Answer, askAlertmanagers } from './ask.js'
import { rememberEvidence, type Sample } from './evidence.js'
import { promises } from './promised.js'
import type { Standing } from './standing.js'
import { addSamples, addTold, loadSamples, loadWatched, type NewTold, type Watched } from './table.js'
import { newlyTold } from './told.js'
import { notifiedLevels, reasonsUnnotified, unnotified } from './unnotified.js'

/** Stores what Alertmanager says of notifications of open alerts, at once and then every alert check interval. */
export function startNotificationWatch(work: Work, arrivals: Arrivals): Loop {
  const { pool, config, logger, alertmanagers } = work
  const everyMs = 1_000 * durationSeconds(config.alertCheckInterval)
  const remembered: Remembered = { isAnybodyThere: Object.keys(config.alerting.receivers).length > 0 }
  return startLoop({
    next: (now) => now + everyMs,
    run: async () => {
      if (alertmanagers.length === 0) return
      await exclusively(pool, 'notifications', () => look(work, arrivals, everyMs, remembered))
    },
    onError: (err) => logger.error({ err }, 'notifications were not looked at'),
  })
}

/** What an Alertmanager that does not answer has said before. */
interface Remembered {
  isAnybodyThere: boolean
}

async function look(work: Work, arrivals: Arrivals, everyMs: number, remembered: Remembered): Promise<void> {
  const { pool, alertmanagers, config } = work
  const { cluster, replicaLabels } = work.reading.normaliser
  await addSamples(pool, await takeSamples(alertmanagers, arrivals))
  const answer = await askAlertmanagers(alertmanagers, replicaLabels)
  const watched = await loadWatched(pool, cluster)
  // By then all of it was asked: what is counted later is of a later look.
  const now = Date.now()
  const addresses = alertmanagers.map(({ name }) => name)
  const counted = rememberEvidence(await loadSamples(pool, addresses), addresses)
  const told: NewTold[] = []
  const unheard = new Map<string, number>()
  for (const episode of watched) {
    const standing = standingOf(episode, answer, now)
    const fresh = standing === undefined ? [] : newlyTold(episode, standing, { now, everyMs }, counted)
    for (const each of fresh) {
      const via = ['success', 'error', 'unknown'].includes(each.outcome) ? 'metrics' : 'api'
      told.push({ ...each, episodeId: episode.id, via })
    }
    if (standing?.some(({ receiver }) => receiver !== null)) remembered.isAnybodyThere = true
    const { alertname, severity, startsAt } = episode
    const why = unnotified({
      ...{ alertname, severity, standing: episode.isOpen ? standing : [], ageMs: now - startsAt },
      known: [...episode.known, ...fresh],
      isPromised: promises(config, episode),
      isAnybodyThere: remembered.isAnybodyThere,
    })
    if (why !== undefined && episode.isOpen) {
      const key = `${severity} ${why}`
      unheard.set(key, (unheard.get(key) ?? 0) + 1)
    }
  }
  await addTold(pool, told)
  for (const severity of notifiedLevels) {
    for (const why of reasonsUnnotified) {
      work.metrics.unnotifiedEpisodes.set({ severity, why }, unheard.get(`${severity} ${why}`) ?? 0)
    }
  }
}

/** None for one that is over; undefined where no Alertmanager answers. */
function standingOf(
  { fingerprint, isOpen }: Watched,
  answer: Answer | undefined,
  now: number,
): Standing[] | undefined {
  if (!isOpen) return []
  return answer?.standingsOf(fingerprint, now)
}

async function takeSamples(
  alertmanagers: readonly AlertmanagerClient[],
  arrivals: Arrivals,
): Promise<Sample[]> {
  const taken = await Promise.all(
    alertmanagers.map(async (client) => {
      // Before it is asked: what comes in between is counted there, and not yet here.
      const own = arrivals.taken()
      // One that shows no counts, as behind a gateway, leaves what became of notifications unknown.
      const answer = await client.counts().catch(() => undefined)
      return answer && { ...answer, alertmanager: client.name, at: Date.now(), own }
    }),
  )
  return taken.flatMap((sample) => sample ?? [])
}
