import type { Piece } from './before-lines.js'

/** Whether people are notified of an alert, as an answer of `GET /api/episodes/{id}/notifications` has it. */
export interface Notified {
  readonly state: 'routed' | 'silenced' | 'inhibited' | 'muted' | 'no_receiver' | 'not_there' | 'unknown'
  readonly receivers: readonly string[]
  readonly silences: readonly { readonly by: string; readonly comment: string; readonly until: number }[]
  readonly inhibited_by: readonly string[]
  readonly mute_times: readonly string[]
  readonly is_failing: boolean
}

/** Who is notified, or why nobody is. The page and `explain` say it so. */
export function notifiedPieces({
  state,
  receivers,
  silences,
  inhibited_by,
  mute_times,
  is_failing,
}: Notified): Piece[] {
  const whenNot = receivers.length === 0 ? '' : ` Else it would go to ${receivers.join(', ')}.`
  switch (state) {
    case 'routed':
      return [
        'Alertmanager routes it to ',
        { strong: receivers.join(', ') },
        is_failing ? '. Deliveries are failing now: see that alert.' : '.',
      ]
    case 'silenced':
      return [
        { strong: 'Nobody' },
        ...silences.flatMap(({ by, comment, until }, i): Piece[] => [
          i === 0 ? ': silenced by ' : ', and by ',
          `${by} until `,
          { time: until },
          comment === '' ? '' : ` (${comment})`,
        ]),
        `.${whenNot}`,
      ]
    case 'inhibited':
      return [
        { strong: 'Nobody by itself' },
        `: ${inhibited_by.join(', ') || 'another alert'} inhibits it.${whenNot}`,
      ]
    case 'muted':
      return [{ strong: 'Nobody now' }, `: mute time ${mute_times.join(', ')}.${whenNot}`]
    case 'no_receiver':
      return [{ strong: 'Nobody' }, ': no route leads it to people. Add a receiver to the configuration.']
    case 'not_there':
      return ['Alertmanager does not have this alert: it has just begun, or is over.']
    case 'unknown':
      return ['Not known: no Alertmanager answers.']
  }
}
