import type { Config } from '@mnemoscope/kpi'

/** Whether the oldest Alertmanager that has to read what is generated is `0.MINOR` or later. */
export function isAtLeast({ alerting }: Pick<Config, 'alerting'>, minor: number): boolean {
  const [major = 0, own = 0] = alerting.alertmanager.split('.').map(Number)
  return major > 0 || own >= minor
}
