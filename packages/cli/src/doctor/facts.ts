import type { AlertmanagerConfig } from './routing.js'
import type { SourceFacts } from './source-findings.js'

/** What doctor knows of real servers. Times are Unix ms, by the clock of this machine unless they say otherwise. */
export interface Facts {
  readonly prometheus: PrometheusFacts | Silent
  readonly alertmanager: AlertmanagerFacts | Silent
  readonly recorder: RecorderFacts | Silent
}

/** A server that did not answer. */
export interface Silent {
  readonly url: string
  readonly reason: string
}

interface Server {
  readonly url: string
  /** By how many seconds its clock is ahead of this machine's, as far as whole seconds tell; undefined if it does not say. */
  readonly aheadSeconds: number | undefined
}

export interface Target {
  readonly job: string
  readonly address: string
  readonly isUp: boolean
  /** Error of the last scrape; empty if there is none. */
  readonly error: string
  /** Seconds between two scrapes; undefined if Prometheus does not say. */
  readonly interval: number | undefined
}

export interface RuleGroup {
  readonly name: string
  /** Seconds between two evaluations. */
  readonly interval: number
  /** Errors of its rules that failed, by rule. */
  readonly failures: readonly { readonly rule: string; readonly error: string }[]
}

export interface PrometheusFacts extends Server {
  /** Undefined if it names none. */
  readonly version: string | undefined
  readonly targets: readonly Target[]
  readonly groups: readonly RuleGroup[]
  /** Hashes of the configurations that the loaded rules were made from; usually one. */
  readonly ruleHashes: readonly string[]
  /** Addresses of the Alertmanagers that it sends alerts to; undefined if it does not say. */
  readonly alertmanagers: readonly string[] | undefined
  readonly externalLabels: Readonly<Record<string, string>>
  /** Our alerts that fire. */
  readonly firing: readonly FiringAlert[]
  /** What it has of the metrics of others that KPIs are made of. */
  readonly sources: SourceFacts
}

export interface FiringAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly since: number
}

export interface AlertmanagerFacts extends Server {
  readonly version: string | undefined
  readonly config: AlertmanagerConfig
  /** Our alerts that it holds and that neither a silence nor an inhibit rule mutes. */
  readonly active: readonly FiringAlert[]
}

export interface RecorderFacts extends Server {
  /** What keeps it from its work. */
  readonly problems: readonly string[]
  readonly startedAt: number | undefined
  /** Its newest notification since it started; undefined if there was none. */
  readonly lastWebhookAt: number | undefined
  /** Hash of its configuration; undefined if it does not say it to us. */
  readonly configHash: string | undefined
}

export function isSilent<Server>(server: Server | Silent): server is Silent {
  return 'reason' in (server as object)
}
