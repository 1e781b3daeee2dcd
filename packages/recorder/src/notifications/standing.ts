import { names } from '@mnemoscope/kpi'
import type { GroupedAlert, Silence } from '../prometheus/alertmanager.js'
import type { Routing } from './routing.js'

/** Receivers that no person gets anything from: ours, and those that our configurations name for nobody. */
export const nobody: readonly string[] = [names.recorderReceiver, 'nobody', 'mnemoscope-nobody']

/** What holds notifications back, or that nothing does. */
export const standings = ['routed', 'silenced', 'inhibited', 'muted', 'no_receiver', 'not_there'] as const

/** Where an alert is led to, and what becomes of it there now. */
export interface Standing {
  /** Null where the alert is led to nobody. */
  readonly receiver: string | null
  /** Null where it is not known. */
  readonly integration: string | null
  readonly outcome: (typeof standings)[number]
  readonly silences: readonly Silence[]
  /** Names of alerts. */
  readonly inhibitedBy: readonly string[]
  readonly muteTimes: readonly string[]
  /** Seconds until Alertmanager has notified of a new alert there; null where it is not known. */
  readonly waitSeconds: number | null
}

/** What the ids in Alertmanager's answers stand for. */
export interface Named {
  silence(id: string): Silence
  /** Undefined for an alert that is gone. */
  alert(fingerprint: string): string | undefined
}

/**
 * Where an alert stands at each receiver of people, by the groups it is in. Alertmanagers before 0.28 do not say what
 * mute times hold back, so the configuration is asked too.
 * @param groups of one alert
 * @param routing undefined where the configuration cannot be read
 * @param at Unix ms
 */
export function standingsOf(
  groups: readonly GroupedAlert[],
  routing: Routing | undefined,
  named: Named,
  at: number,
): Standing[] {
  const none = { receiver: null, integration: null, silences: [], inhibitedBy: [], muteTimes: [] }
  if (groups.length === 0) return [{ ...none, outcome: 'not_there', waitSeconds: null }]
  const reach = (receiver: string) => !nobody.includes(receiver) && integrationsOf(receiver).length > 0
  const integrationsOf = (receiver: string): readonly (string | null)[] =>
    routing === undefined ? [null] : routing.integrationsOf(receiver)
  const receivers = [...new Set(groups.map(({ receiver }) => receiver))].filter(reach).sort()
  if (receivers.length === 0) {
    const held = heldBack(groups, [], named)
    return [{ ...none, ...held, outcome: held.outcome ?? 'no_receiver', waitSeconds: null }]
  }
  return receivers.flatMap((receiver) => {
    const own = groups.filter((group) => group.receiver === receiver)
    const routes = (routing?.routesOf(own[0]?.labels ?? {}) ?? []).filter(
      (route) => route.receiver === receiver,
    )
    const mutes = routes.map((route) => route.mutedBy(at))
    // Several routes can lead to one receiver: it is muted if each of them is.
    const byConfig = mutes.length > 0 && mutes.every((found) => found.length > 0) ? mutes.flat() : []
    const waits = routes.map(({ groupWait, groupInterval }) =>
      own.every(({ isFirst }) => isFirst) ? groupWait : Math.max(groupWait, groupInterval),
    )
    const held = heldBack(own, byConfig, named)
    return integrationsOf(receiver).map((integration) => ({
      receiver,
      integration,
      ...held,
      outcome: held.outcome ?? ('routed' as const),
      waitSeconds: waits.length === 0 ? null : Math.max(...waits),
    }))
  })
}

/** What holds an alert back in all of these groups; the first of several reasons, in Alertmanager's order. */
function heldBack(groups: readonly GroupedAlert[], mutedByConfig: readonly string[], named: Named) {
  const all = (of: (group: GroupedAlert) => readonly string[]) =>
    groups.every((group) => of(group).length > 0) ? [...new Set(groups.flatMap(of))] : []
  const silences = all(({ silencedBy }) => silencedBy)
  const inhibitedBy = all(({ inhibitedBy }) => inhibitedBy)
  const mutes = [...new Set([...all(({ mutedBy }) => mutedBy), ...mutedByConfig])]
  const nothing = { silences: [], inhibitedBy: [], muteTimes: [] }
  if (silences.length > 0)
    return { ...nothing, outcome: 'silenced' as const, silences: silences.map(named.silence) }
  if (inhibitedBy.length > 0) {
    const alerts = inhibitedBy.flatMap((fingerprint) => named.alert(fingerprint) ?? [])
    return { ...nothing, outcome: 'inhibited' as const, inhibitedBy: [...new Set(alerts)].sort() }
  }
  if (mutes.length > 0) return { ...nothing, outcome: 'muted' as const, muteTimes: mutes.sort() }
  return { ...nothing, outcome: undefined }
}
