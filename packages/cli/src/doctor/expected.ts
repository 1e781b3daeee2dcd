import { generate } from '@mnemoscope/generate'
import { type Config, configHash, durationSeconds, names } from '@mnemoscope/kpi'
import { oldestVersions } from '@mnemoscope/servers'
import { parse } from 'yaml'

/** What the servers must show, by the configuration. */
export interface Expected {
  readonly configHash: string
  /** Services by the name of their job, with their addresses. */
  readonly services: readonly { readonly name: string; readonly targets: readonly string[] }[]
  /** Seconds between two scrapes. */
  readonly scrapeInterval: number
  /** Our rule groups with the seconds between two evaluations. */
  readonly groups: ReadonlyMap<string, number>
  /** The oldest versions that work, as `major.minor`. */
  readonly oldest: { readonly prometheus: string; readonly alertmanager: string }
  /** The recorder's address as the servers reach it. */
  readonly recorder: string
  /** Seconds between two evaluations of alerts. */
  readonly alertCheckInterval: number
  /** Labels by which replicas of one Prometheus differ. */
  readonly replicaLabels: readonly string[]
  /** Classes of context sizes. */
  readonly contextSizes: readonly number[]
}

/** @param recorder its address, where it is another one than the configured */
export function expectedOf(config: Config, recorder = config.endpoints.recorder): Expected {
  const files = generate(config, { servers: 'existing', parts: [], ruleTests: false })
  const groups = [...files]
    .filter(([path]) => path.startsWith('prometheus/rules/'))
    .flatMap(([, text]) => (parse(text) as { groups: { name: string; interval: string }[] }).groups)
  return {
    configHash: configHash(config),
    services: config.services,
    scrapeInterval: durationSeconds(config.scrapeInterval),
    groups: new Map(groups.map(({ name, interval }) => [name, durationSeconds(interval)])),
    oldest: { ...oldestVersions, alertmanager: config.alerting.alertmanager },
    recorder,
    alertCheckInterval: durationSeconds(config.alertCheckInterval),
    replicaLabels: config.replicas.labels,
    contextSizes: config.contextSizes,
  }
}

/** Labels that our series and alerts have themselves. */
export const ownLabels: readonly string[] = Object.values(names.label)
