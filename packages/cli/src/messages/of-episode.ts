import { messageLabels } from '@mnemoscope/generate'
import { type AlertEpisode, type Config, MnemoscopeError } from '@mnemoscope/kpi'
import { ask } from '../recorder-client.js'
import { type MessageAlert, messageData, noEnd, type Sample } from './message-data.js'

/**
 * The newest message about a real episode: of all episodes that are one message with it, as Alertmanager groups them.
 * @throws MnemoscopeError USAGE if the id is no number; those of the recorder
 */
export async function messageOfEpisode(recorder: string, id: string, config: Config): Promise<Sample> {
  if (!/^\d+$/.test(id)) {
    throw new MnemoscopeError('USAGE', `--episode ${id}: not the id of an episode`, {
      value: id,
      expected: 'a number, as `mnemoscope report --json` and the page show it',
      next: 'Give the number of an alert.',
    })
  }
  const episode = await ask(recorder, 'GET /api/episodes/{id}', { has: 'transitions', params: { id } })
  const { episodes } = await ask(recorder, 'GET /api/episodes', {
    has: 'episodes',
    query: {
      from: iso(episode.timestamp),
      to: iso((episode.ends_at ?? Date.now() / 1_000) + 1),
      ...(episode.service === null ? {} : { service: episode.service }),
      limit: 1_000,
    },
  })
  const groupBy = messageLabels(config)
  const isWithIt = ({ metadata }: AlertEpisode) =>
    groupBy.every((name) => metadata.labels[name] === episode.metadata.labels[name])
  const alerts = episodes.filter(isWithIt).map(alertOf)
  const isOver = alerts.every(({ status }) => status === 'resolved')
  return { kind: isOver ? 'recovered' : 'now', data: messageData(alerts, groupBy) }
}

function alertOf({ timestamp, ends_at, metadata }: AlertEpisode): MessageAlert {
  return {
    status: ends_at === null ? 'firing' : 'resolved',
    labels: metadata.labels,
    annotations: metadata.annotations,
    startsAt: iso(timestamp),
    endsAt: ends_at === null ? noEnd : iso(ends_at),
    fingerprint: metadata.fingerprint,
  }
}

const iso = (seconds: number) => new Date(seconds * 1_000).toISOString()
