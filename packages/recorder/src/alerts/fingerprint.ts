const offsetBasis = 0xcbf29ce484222325n
const prime = 0x100000001b3n
const separator = 0xff

export type Labels = Readonly<Record<string, string>>

/**
 * Identity of an alert: the 64-bit FNV-1a hash of its sorted labels, as Prometheus and Alertmanager use it, in 16 hex
 * digits, so that it can be looked up in their tools (prometheus/common, model/signature.go). Labels that tell replicas
 * of one Prometheus apart are to be left out before: see `withoutReplica`.
 */
export function fingerprintOf(labels: Labels): string {
  let hash = offsetBasis
  const add = (byte: number) => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime)
  }
  const sorted = Object.entries(labels).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  for (const [name, value] of sorted) {
    for (const byte of Buffer.from(name)) add(byte)
    add(separator)
    for (const byte of Buffer.from(value)) add(byte)
    add(separator)
  }
  return hash.toString(16).padStart(16, '0')
}

/**
 * The labels without those by which replicas differ: the same breach is one alert, whichever replica sees it, and
 * whether or not the label is dropped on the way to Alertmanager.
 */
export function withoutReplica(labels: Labels, replicaLabels: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !replicaLabels.includes(name)))
}

/**
 * The labels of an alert as Alertmanager gets them. Prometheus adds its external labels only on the way there; its API
 * gives the alert without them. Labels that `alert_relabel_configs` rewrites cannot be recognised, so a rewrite gives an
 * alert a second identity.
 */
export function withExternal(labels: Labels, externalLabels: Labels): Labels {
  return { ...externalLabels, ...labels }
}

/** Whether a Prometheus may have this alert: no external label has another value than there. */
export function isOwnAlert(labels: Labels, externalLabels: Labels): boolean {
  return Object.entries(externalLabels).every(
    ([name, value]) => labels[name] === undefined || labels[name] === value,
  )
}
