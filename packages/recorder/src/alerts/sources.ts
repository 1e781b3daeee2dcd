import type { AlertmanagerClient } from '../prometheus/alertmanager.js'
import { queryNow } from '../prometheus/query.js'
import type { AlertSource } from '../prometheus/source.js'
import { fingerprintOf, type Labels, withoutReplica } from './fingerprint.js'
import { type AlertRules, fetchAlertRules, fetchExternalLabels } from './prometheus-alerts.js'

/** What a source says now. */
export interface SourceAnswer {
  readonly source: AlertSource
  readonly externalLabels: Labels
  readonly alertRules: AlertRules
  /** Its time, Unix ms. */
  readonly now: number
}

/**
 * Asks every source. Those that do not answer are left out.
 * @param onSilent gets each of them, with the reason
 * @throws what the first one failed with, if none answers
 */
export async function askSources(
  sources: readonly AlertSource[],
  replicaLabels: readonly string[],
  onSilent: (source: AlertSource, error: unknown) => void,
): Promise<SourceAnswer[]> {
  const outcomes = await Promise.allSettled(sources.map((source) => ask(source, replicaLabels)))
  const answers = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const failures = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined))
  if (answers.length === 0) throw failures[0]
  for (const [i, source] of sources.entries()) {
    if (outcomes[i]?.status === 'rejected') onSilent(source, failures[i])
  }
  return answers
}

async function ask(source: AlertSource, replicaLabels: readonly string[]): Promise<SourceAnswer> {
  const { client } = source
  const alertRules = await fetchAlertRules(client)
  const now = await queryNow(client)
  const externalLabels = withoutReplica(await fetchExternalLabels(client), replicaLabels)
  source.last = { externalLabels, answeredAt: Date.now() }
  return { source, externalLabels, alertRules, now }
}

/**
 * Fingerprints of what fires in any of a cluster's Alertmanagers. Each gets the alerts of every Prometheus, so one that
 * answers is enough.
 * @returns undefined where none answers
 */
export async function firingInAlertmanager(
  clients: readonly AlertmanagerClient[],
  replicaLabels: readonly string[],
): Promise<ReadonlySet<string> | undefined> {
  const answers = await Promise.allSettled(clients.map((client) => client.firing()))
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  if (found.length === 0) return undefined
  return new Set(found.flat().map((labels) => fingerprintOf(withoutReplica(labels, replicaLabels))))
}
