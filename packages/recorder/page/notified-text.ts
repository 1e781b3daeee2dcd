import type { Piece } from './before-lines.js'

/** Something that was learned of an alert's notifications. */
export interface ToldOf {
  /** Unix seconds. */
  readonly at: number
  readonly receiver: string | null
  readonly integration: string | null
  readonly outcome: string
  readonly reason: string | null
  readonly silences: readonly { readonly by: string; readonly comment: string; readonly until: number }[]
  readonly inhibited_by: readonly string[]
  readonly mute_times: readonly string[]
}

/** Whether people are and were notified of an alert, as `GET /api/episodes/{id}/notifications` has it. */
export interface Notified extends Pick<ToldOf, 'silences' | 'inhibited_by' | 'mute_times'> {
  readonly was_notified: boolean | null
  readonly state:
    | 'routed'
    | 'silenced'
    | 'inhibited'
    | 'muted'
    | 'no_receiver'
    | 'not_there'
    | 'over'
    | 'unknown'
  readonly receivers: readonly string[]
  readonly is_failing: boolean
  readonly told: readonly ToldOf[]
}

/** Who was notified until now. The page and `explain` say it so. */
export function wasNotifiedPieces({ was_notified, told }: Pick<Notified, 'was_notified' | 'told'>): Piece[] {
  const delivered = told.filter(({ outcome }) => outcome === 'success')
  const who = [...new Set(delivered.map(nameOf))].join(', ')
  if (was_notified === true)
    return ['Notified: ', { strong: who }, ' at ', { time: delivered[0]?.at ?? 0 }, '.']
  if (was_notified === false) return [{ strong: 'Nobody was notified.' }]
  return ['It is ', { strong: 'not known' }, ' whether anybody was notified.']
}

/** Who is notified now, or why nobody is; nothing of an alert that is over. */
export function notifiedPieces({ state, receivers, is_failing, ...why }: Notified): Piece[] {
  const whenNot = receivers.length === 0 ? '' : ` Else it would go to ${receivers.join(', ')}.`
  switch (state) {
    case 'routed':
      return [
        'Alertmanager routes it to ',
        { strong: receivers.join(', ') },
        is_failing ? '. Deliveries are failing now: see that alert.' : '.',
      ]
    case 'silenced':
      return [{ strong: 'Nobody' }, ': ', ...silencesOf(why), `.${whenNot}`]
    case 'inhibited':
      return [
        { strong: 'Nobody by itself' },
        `: ${why.inhibited_by.join(', ') || 'another alert'} inhibits it.${whenNot}`,
      ]
    case 'muted':
      return [{ strong: 'Nobody now' }, `: mute time ${why.mute_times.join(', ')}.${whenNot}`]
    case 'no_receiver':
      return [{ strong: 'Nobody' }, ': no route leads it to people. Add a receiver to the configuration.']
    case 'not_there':
      return ['Alertmanager does not have this alert: it has just begun, or is over.']
    case 'over':
      return []
    case 'unknown':
      return ['Not known: no Alertmanager answers.']
  }
}

/** The newest lines that are shown. */
const mostLines = 20

/** Everything that was learned of an alert's notifications, a line each, oldest first. */
export function toldLines(told: readonly ToldOf[]): Piece[][] {
  // That it was routed says no more once it is known what became of it.
  const lines = told.filter(
    (each, i) =>
      each.outcome !== 'routed' ||
      !told
        .slice(i + 1)
        .some(({ receiver, integration }) => receiver === each.receiver && integration === each.integration),
  )
  const left = lines.length - mostLines
  return [
    ...(left > 0 ? [[`${left} more before`]] : []),
    ...lines.slice(-mostLines).map((each) => [{ time: each.at }, ' ', ...lineOf(each)]),
  ]
}

function lineOf(told: ToldOf): Piece[] {
  const to = told.receiver === null ? '' : `${nameOf(told)}: `
  switch (told.outcome) {
    case 'success':
      return [to, { verdict: 'better', text: 'delivered' }]
    case 'error':
      return [to, { verdict: 'worse', text: `failed (${failureText(told.reason)})` }]
    case 'routed':
      return [`${to}on its way`]
    case 'silenced':
      return [to, ...silencesOf(told)]
    case 'inhibited':
      return [`${to}inhibited by ${told.inhibited_by.join(', ') || 'another alert'}`]
    case 'muted':
      return [`${to}mute time ${told.mute_times.join(', ')}`]
    case 'no_receiver':
      return ['no route leads it to people']
    case 'not_there':
      return [{ verdict: 'worse', text: 'Alertmanager does not have it' }]
    default:
      return [`${to}not known: ${unknownText(told.reason)}`]
  }
}

function nameOf({ receiver, integration }: Pick<ToldOf, 'receiver' | 'integration'>): string {
  return integration === null ? `${receiver}` : `${receiver} by ${integration}`
}

function silencesOf({ silences }: Pick<ToldOf, 'silences'>): Piece[] {
  return silences.flatMap(({ by, comment, until }, i): Piece[] => [
    i === 0 ? 'silenced by ' : ', and by ',
    `${by} until `,
    { time: until },
    comment === '' ? '' : ` (${comment})`,
  ])
}

function failureText(reason: string | null): string {
  return reason === null || reason === 'attempts_fail' ? 'every attempt' : reason
}

const unknown: Readonly<Record<string, string>> = {
  some_fail: 'some notifications of that time failed, and Alertmanager does not say which',
  not_sent: 'Alertmanager counted none',
  not_repeated: 'Alertmanager sent nothing new, as people had just been notified of the same alert',
  not_seen: 'the recorder did not see all of that time, or not every Alertmanager',
  not_counted: 'Alertmanager shows no counts',
  held_back_later: 'something held it back before that was clear',
}

function unknownText(reason: string | null): string {
  return unknown[reason ?? ''] ?? 'Alertmanager does not tell'
}
