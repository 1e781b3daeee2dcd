import { type Config, secretsOf } from '@mnemoscope/kpi'

/**
 * Which generated files hold secrets of a configuration, so that only their owner may read them: those of Alertmanager, if
 * the configuration has a secret that is not in a file.
 */
export function secretFiles(config: Config): (path: string) => boolean {
  const hasSecrets = secretsOf(config).length > 0
  return (path) => hasSecrets && /(?:^|\/)alertmanager\.yml$/.test(path)
}
