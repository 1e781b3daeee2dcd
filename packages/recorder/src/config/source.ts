import { type Config, type ConfigPatch, configHash, names } from '@mnemoscope/kpi'
import { Gauge, type Registry } from 'prom-client'
import type { Difference } from './differences.js'

/** A changed configuration that was applied. */
export interface AppliedChange {
  readonly at: Date
  /** Who changed it, if known. */
  readonly by: string
  readonly source: 'start' | 'file' | 'api'
  readonly config: Config
  readonly sha256: string
  /** Undefined for the first one. */
  readonly previousSha256: string | undefined
  readonly differences: readonly Difference[]
}

/** Why the configuration as written is not in use. */
export interface ConfigProblem {
  readonly at: Date
  readonly code: string
  readonly message: string
  readonly next: string
}

export interface ChangeRequest {
  readonly by: string
  /**
   * Merged into the settings laid over the file, by RFC 7396: a null takes a setting back to what the file says. Left
   * out, the file is read again. `assertPatch` has checked it.
   */
  readonly patch?: ConfigPatch | undefined
}

/** Where a recorder's configuration comes from while it runs. */
export interface ConfigSource {
  /** The configuration in use. */
  readonly current: () => Config
  readonly patch: () => ConfigPatch
  /** Undefined while the configuration as written is in use. */
  readonly problem: () => ConfigProblem | undefined
  /**
   * Applies a changed configuration. Resolves once Prometheus and Alertmanager run it, with undefined if
   * nothing differs. Is undefined in a recorder that only follows its configuration.
   * @throws MnemoscopeError if it is refused; then nothing has changed
   */
  readonly apply: ((request: ChangeRequest) => Promise<AppliedChange | undefined>) | undefined
  /** Calls the listener after each change that was applied. @returns how to unsubscribe */
  readonly onChange: (listener: (change: AppliedChange) => void) => () => void
  /** Calls the listener when the configuration as written can't be used, and with undefined when it is in use again. @returns how to unsubscribe */
  readonly onProblem: (listener: (problem: ConfigProblem | undefined) => void) => () => void
}

/** A configuration that never changes. */
export function fixedConfig(config: Config): ConfigSource {
  return {
    current: () => config,
    patch: () => ({}),
    problem: () => undefined,
    apply: undefined,
    onChange: () => () => undefined,
    onProblem: () => () => undefined,
  }
}

/** A configuration whose settings are always those in use, so that its users need not follow changes. */
export function liveConfig(source: ConfigSource): Config {
  const keys = Object.keys(source.current()) as (keyof Config)[]
  return Object.defineProperties(
    {},
    Object.fromEntries(keys.map((key) => [key, { enumerable: true, get: () => source.current()[key] }])),
  ) as Config
}

const hashes = new WeakMap<Config, string>()

/** Hash of the configuration in use, computed once: every service asks for it every few seconds. */
export function currentHash({ current }: Pick<ConfigSource, 'current'>): string {
  const config = current()
  const hash = hashes.get(config) ?? configHash(config)
  hashes.set(config, hash)
  return hash
}

/**
 * The KPI with an id from outside; undefined if the configuration does not have it. That includes names that
 * every object has as a property, such as `constructor`.
 */
export function kpiOf(
  kpis: Config['kpis'],
  id: string | null | undefined,
): Config['kpis'][string] | undefined {
  return typeof id === 'string' && Object.hasOwn(kpis, id) ? kpis[id] : undefined
}

/** Adds a gauge to a registry: whether the configuration as written is known not to be in use. */
export function showConfigProblem(registry: Registry, source: Pick<ConfigSource, 'problem'>): void {
  new Gauge({
    name: names.recorderMetric.configProblem,
    help: '1 while the configuration as written is known not to be in use; GET /api/config says why.',
    registers: [registry],
    collect() {
      this.set(source.problem() === undefined ? 0 : 1)
    },
  })
}
