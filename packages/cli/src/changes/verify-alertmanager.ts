import { createHash } from 'node:crypto'
import { askServer, type ReloadedServer } from './server-api.js'

/**
 * Whether Alertmanager runs the configuration with this text, by the hash that it shows of what it has loaded. One
 * that shows no hash has at least said that its last reload went well.
 * @throws Error where it runs another one
 */
export async function verifyAlertmanager(server: ReloadedServer, text: string): Promise<void> {
  const { ok, status, text: metrics } = await askServer(server, '/metrics')
  if (!ok) throw new Error(`Alertmanager answered /metrics with ${status}`)
  if (sample(metrics, 'alertmanager_config_last_reload_successful') === 0) {
    throw new Error('Alertmanager says that its last reload failed')
  }
  const hash = sample(metrics, 'alertmanager_config_hash')
  if (hash !== undefined && hash !== configHashMetric(text)) {
    throw new Error('Alertmanager runs another configuration than the one that was generated')
  }
}

/** Whether Alertmanager shows that it runs exactly this text; one that shows no hash, or is away, does not. */
export async function showsToRun(server: ReloadedServer, text: string): Promise<boolean> {
  try {
    const { text: metrics } = await askServer(server, '/metrics')
    return sample(metrics, 'alertmanager_config_hash') === configHashMetric(text)
  } catch {
    return false
  }
}

/** Value of the metric `alertmanager_config_hash`: the first 48 bits of the MD5, low byte first. */
export function configHashMetric(text: string): number {
  return createHash('md5').update(text).digest().readUIntLE(0, 6)
}

function sample(metrics: string, name: string): number | undefined {
  const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm').exec(metrics)?.[1]
  return value === undefined ? undefined : Number(value)
}
