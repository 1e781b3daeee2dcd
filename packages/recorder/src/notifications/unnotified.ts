import { names } from '@mnemoscope/kpi'
import type { Standing } from './standing.js'
import type { Told } from './told.js'

/** Why nobody was notified of an alert although somebody had to be. */
export const reasonsUnnotified = ['failed', 'not_sent', 'not_there', 'no_receiver', 'no_answer'] as const
export type Unnotified = (typeof reasonsUnnotified)[number]

/** Levels that somebody has to be notified of. */
export const notifiedLevels: readonly string[] = ['warning', 'error', 'critical']

/** An alert that is younger may still be on its way. */
export const youngMs = 300_000

/** What the decision is about. */
export interface Unheard {
  readonly alertname: string
  readonly severity: string | null
  /** How long it has fired. */
  readonly ageMs: number
  /** Oldest first. */
  readonly known: readonly Pick<Told, 'receiver' | 'integration' | 'outcome' | 'reason'>[]
  /** Where it stands now; undefined where no Alertmanager answers. */
  readonly standing: readonly Pick<Standing, 'receiver' | 'integration' | 'outcome'>[] | undefined
  /** Whether the configuration names a receiver for it; undefined where it names none at all, and others route. */
  readonly isPromised: boolean | undefined
  /** Whether there is anybody at all who can be notified. */
  readonly isAnybodyThere: boolean
}

/**
 * Why nobody knows of an alert that fires; undefined where somebody does, where that is not known, and where it is on
 * purpose: people silenced it, it is a mute time, another alert speaks for it, or no receiver is meant for it.
 */
export function unnotified(alert: Unheard): Unnotified | undefined {
  const { alertname, severity, ageMs, known, standing, isPromised, isAnybodyThere } = alert
  // Its own notifications go the same way: it would count itself.
  if (alertname === names.nobodyNotified || !notifiedLevels.includes(severity ?? '')) return undefined
  if (ageMs < youngMs || !isAnybodyThere || known.some(({ outcome }) => outcome === 'success'))
    return undefined
  const routed = standing?.filter(({ outcome }) => outcome === 'routed') ?? []
  if (routed.length === 0) {
    if (isPromised === false) return undefined
    if (standing === undefined) return 'no_answer'
    if (standing.every(({ outcome }) => outcome === 'not_there')) return 'not_there'
    const isLost = isPromised === true && standing.every(({ outcome }) => outcome === 'no_receiver')
    return isLost ? 'no_receiver' : undefined
  }
  const last = routed.map(({ receiver, integration }) =>
    known.findLast((told) => told.receiver === receiver && told.integration === integration),
  )
  const is = (what: 'failed' | 'not_sent') => (told: (typeof last)[number]) =>
    what === 'failed' ? told?.outcome === 'error' : told?.reason === 'not_sent'
  if (!last.every((told) => is('failed')(told) || is('not_sent')(told))) return undefined
  return last.some(is('failed')) ? 'failed' : 'not_sent'
}
