import { names } from '@mnemoscope/kpi'
import type { Pool } from 'pg'
import { evaluationSeconds } from '../config.js'
import type { ServerStart } from '../kept-server.js'
import { rawSamples } from './prometheus.js'

const intervalMs = evaluationSeconds * 1_000
/** After a start Prometheus stores no sample of an alert for some evaluations, whether it fires or not. */
const afterStartMs = 8 * intervalMs

type Labels = Readonly<Record<string, string | undefined>>

interface Episode {
  readonly id: string
  /** Opened and superseded at the same instant: it became part of the one before. */
  readonly hasNeverBeen: boolean
  /** The labels of its alert, as text. */
  readonly name: string
  /** Unix ms. */
  readonly start: number
  /** Unix ms; undefined while it is open. */
  readonly end: number | undefined
  /** Its transitions, for people. */
  readonly story: string
}

interface StoredEpisode extends Omit<Episode, 'name' | 'end'> {
  readonly labels: object
  readonly end: number | null
}

/**
 * Compares the stored episodes with every evaluation at which Prometheus stored an alert as firing.
 * @param options Unix ms
 */
export async function verifyEpisodes(
  pool: Pool,
  prometheusUrl: string,
  options: { from: number; until: number; prometheusStarts: readonly ServerStart[] },
) {
  const { from, until, prometheusStarts } = options
  const selector = 'ALERTS{alertstate="firing",alertname=~"Mnemoscope.+",severity!="none"}'
  const series = await rawSamples(prometheusUrl, selector, from, until)
  const evaluatedAt = await evaluationTimes(prometheusUrl, from, until)
  // What begins later is compared with nothing: a busy machine misses evaluations then too, which is an alert of its own.
  const stored = (await storedEpisodes(pool)).filter(({ start }) => start < until)
  const episodes = stored.filter(({ hasNeverBeen }) => !hasNeverBeen)
  const counts = {
    evaluations: 0,
    breaches: 0,
    episodes: episodes.length,
    joined: stored.length - episodes.length,
    lost: 0,
    doubled: 0,
    split: 0,
    merged: 0,
  }
  const examples: string[] = []
  const seen = new Set<Episode>()

  for (const { labels, times } of series) {
    const { __name__, alertstate, ...own } = labels
    const name = JSON.stringify(Object.entries(own).sort())
    const ofAlert = episodes.filter((episode) => episode.name === name)
    let before: { at: number; episode: Episode | undefined } | undefined
    for (const at of times) {
      counts.evaluations++
      const covering = ofAlert.filter(({ start, end }) => start <= at && (end === undefined || at < end))
      for (const episode of covering) seen.add(episode)
      const say = (what: string) =>
        examples.push(
          `${what}: ${own.alertname} ${own.model ?? own.job ?? ''} ${own.context_size ?? ''} at ${iso(at)}: ${around(ofAlert, at)}`,
        )
      if (covering.length === 0) {
        counts.lost++
        say('no episode')
      } else if (covering.length > 1) {
        counts.doubled++
        say('two episodes')
      }
      const [episode] = covering
      const isRunGoingOn = before !== undefined && at - before.at <= 1.5 * intervalMs
      if (!isRunGoingOn) counts.breaches++
      if (before?.episode !== undefined && episode !== undefined) {
        if (isRunGoingOn && episode !== before.episode) {
          counts.split++
          say('a new episode within a breach')
        }
        if (!isRunGoingOn && episode === before.episode && wasHealthyBetween(own, before.at, at)) {
          counts.merged++
          say(`one episode for two breaches, the other until ${iso(before.at)}`)
        }
      }
      before = { at, episode }
    }
  }

  function wasHealthyBetween(labels: Labels, a: number, b: number): boolean {
    const evaluations = (evaluatedAt.get(placeOf(labels)) ?? []).filter(
      // A crash can come after one series of an evaluation was stored and before its alerts were.
      (at) => at > a + 1.5 * intervalMs && at < b - 0.5 * intervalMs,
    )
    return evaluations.some(
      (at) =>
        !prometheusStarts.some(
          ({ begunAt, readyAt }) => at >= begunAt - 2_000 && at <= readyAt + afterStartMs,
        ),
    )
  }

  const overlapping = episodes.filter((a, i) =>
    episodes.some(
      (b, j) => i !== j && a.name === b.name && a.start < (b.end ?? until) && b.start < (a.end ?? until),
    ),
  )
  for (const { id, name, start, end, story } of overlapping) {
    examples.push(`overlapping: episode ${id} ${name} ${iso(start)} to ${iso(end ?? until)}: ${story}`)
  }
  const unseen = episodes.filter((episode) => !seen.has(episode))
  const unfounded = unseen.filter(({ start }) => !wasLostByPrometheus(start))
  for (const { id, name, start, end, story } of unfounded) {
    examples.push(`nothing fired: episode ${id} ${name} ${iso(start)} to ${iso(end ?? until)}: ${story}`)
  }
  return {
    ...counts,
    overlapping: overlapping.length,
    unseen: unseen.length,
    unfounded: unfounded.length,
    examples,
  }

  /** Alerts are sent before the evaluation they come from is stored, which a crash keeps from it; nor is it soon after a start. */
  function wasLostByPrometheus(start: number): boolean {
    return prometheusStarts.some(
      ({ endedAt, readyAt }) => start >= endedAt - 1.5 * intervalMs && start <= readyAt + afterStartMs,
    )
  }
}

/**
 * When the rules of each KPI and place were evaluated: the recorded value is stored together with the alerts on it.
 * Rules of the pipeline itself share a group with the series that names the configuration.
 */
async function evaluationTimes(
  prometheusUrl: string,
  from: number,
  until: number,
): Promise<Map<string, number[]>> {
  const query =
    '{__name__=~"job_model_context_size_operation:mnemoscope_[a-z0-9_]+:current|mnemoscope_config_info"}'
  const times = new Map<string, number[]>()
  for (const { labels, times: at } of await rawSamples(prometheusUrl, query, from, until)) {
    times.set(placeOf({ ...labels, kpi: names.parseRecordedSeries(labels.__name__ ?? '')?.kpi }), at)
  }
  return times
}

/** The stories of the episodes nearest to a moment, to find out what went wrong. */
function around(episodes: readonly Episode[], at: number): string {
  const before = episodes.findLast(({ start }) => start <= at)
  const after = episodes.find(({ start }) => start > at)
  return [before, after]
    .filter((episode) => episode !== undefined)
    .map(
      ({ id, start, end, story }) =>
        `${id} ${iso(start)} to ${end === undefined ? 'now' : iso(end)} (${story})`,
    )
    .join(' | ')
}

/** What an alert is about: all alerts of the pipeline itself are one place. */
function placeOf({ kpi, job, model, context_size, operation }: Labels): string {
  return kpi === undefined ? 'pipeline' : JSON.stringify([kpi, job, model, context_size, operation])
}

async function storedEpisodes(pool: Pool): Promise<Episode[]> {
  const { rows } = await pool.query<StoredEpisode>(
    `SELECT id, labels, extract(epoch FROM starts_at)::float8 * 1000 AS start,
       extract(epoch FROM ends_at)::float8 * 1000 AS end,
       coalesce(closed_how = 'superseded' AND ends_at = starts_at, false) AS "hasNeverBeen",
       (SELECT string_agg(concat_ws(' ', kind, 'via', via, to_char(recorded_at, 'HH24:MI:SS.MS'), detail - 'summary'), '; '
          ORDER BY id)
        FROM alert_transitions WHERE episode_id = alert_episodes.id) AS story
     FROM alert_episodes ORDER BY starts_at`,
  )
  return rows.map(({ id, labels, start, end, hasNeverBeen, story }) => ({
    id,
    hasNeverBeen,
    name: JSON.stringify(Object.entries(labels).sort()),
    start: Math.round(start),
    end: end === null ? undefined : Math.round(end),
    story,
  }))
}

const iso = (at: number) => new Date(at).toISOString()
