import type { Config } from '@mnemoscope/kpi'
import type { Difference, RestartNeeded } from './differences.js'

/** A changed configuration that was applied. */
export interface AppliedChange {
  readonly at: Date
  /** Who changed it, as far as is known. */
  readonly by: string
  readonly source: 'start' | 'file' | 'api'
  readonly config: Config
  readonly sha256: string
  /** Undefined for the first one. */
  readonly previousSha256: string | undefined
  readonly differences: readonly Difference[]
  readonly restarts: readonly RestartNeeded[]
}

/** Settings laid over the configuration file: a part of what `defineConfig` takes. */
export type ConfigPatch = Readonly<Record<string, unknown>>

/** Why the configuration as it is written is not the one in force. */
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
   * out, the file is read again.
   */
  readonly patch?: ConfigPatch | undefined
}

/** Where a recorder's configuration comes from while it runs. */
export interface ConfigSource {
  readonly inForce: () => Config
  readonly patch: () => ConfigPatch
  /** Undefined while what is written is in force. */
  readonly problem: () => ConfigProblem | undefined
  /**
   * Puts a changed configuration in force; resolves once Prometheus and Alertmanager run it, with undefined where
   * nothing differs. Undefined in a recorder that only follows its configuration.
   * @throws MnemoscopeError where it is refused; then nothing has changed
   */
  readonly apply: ((request: ChangeRequest) => Promise<AppliedChange | undefined>) | undefined
  /** Hears of each change once it is in force. @returns how to stop hearing */
  readonly onChange: (listener: (change: AppliedChange) => void) => () => void
  /** Hears when what is written can't be put in force, and with undefined when it is again. @returns how to stop hearing */
  readonly onProblem: (listener: (problem: ConfigProblem | undefined) => void) => () => void
}

/** A configuration that never changes. */
export function fixedConfig(config: Config): ConfigSource {
  return {
    inForce: () => config,
    patch: () => ({}),
    problem: () => undefined,
    apply: undefined,
    onChange: () => () => undefined,
    onProblem: () => () => undefined,
  }
}

/** A configuration whose settings are always those in force: whoever holds it need not know that they change. */
export function liveConfig(source: ConfigSource): Config {
  const keys = Object.keys(source.inForce()) as (keyof Config)[]
  return Object.defineProperties(
    {},
    Object.fromEntries(keys.map((key) => [key, { enumerable: true, get: () => source.inForce()[key] }])),
  ) as Config
}
