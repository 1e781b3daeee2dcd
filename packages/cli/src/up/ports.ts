import { choosePort, freePort } from '@mnemoscope/servers'

/** Ports of 127.0.0.1 by part. */
export interface Ports {
  readonly postgres: number
  readonly prometheus: number
  readonly alertmanager: number
  readonly recorder: number
  readonly demo: number
  readonly grafana: number
}

const preferred: Ports = {
  postgres: 5_432,
  prometheus: 9_090,
  alertmanager: 9_093,
  recorder: 9_470,
  demo: 9_464,
  grafana: 3_000,
}

/** A port for each part: the well-known one or the next free one after it; with `auto`, any free one. */
export async function takePorts(which: 'preferred' | 'auto'): Promise<Ports> {
  const taken: Record<string, number> = {}
  for (const [part, port] of Object.entries(preferred)) {
    taken[part] = which === 'auto' ? await freePort() : await choosePort(port)
  }
  return taken as unknown as Ports
}
