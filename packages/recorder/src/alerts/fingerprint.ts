const offsetBasis = 0xcbf29ce484222325n
const prime = 0x100000001b3n
const separator = 0xff

/**
 * Identity of an alert: the 64-bit FNV-1a hash of its sorted labels, as Prometheus and Alertmanager use it, in 16 hex
 * digits, so that it can be looked up in their tools (prometheus/common, model/signature.go).
 *
 * External labels are left out. Prometheus adds them on the way to Alertmanager only, so its API gives an alert
 * without and the webhook with them; hashed as they come, one alert would have two histories. An external label
 * counts as such only with the value that our Prometheus gives it: the same alert of another region stays another.
 * Labels that `alert_relabel_configs` rewrites cannot be recognised, so a rewrite gives an alert a second identity.
 */
export function fingerprintOf(
  labels: Readonly<Record<string, string>>,
  externalLabels: Readonly<Record<string, string>>,
): string {
  let hash = offsetBasis
  const add = (byte: number) => {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime)
  }
  const own = Object.entries(labels).filter(([name, value]) => externalLabels[name] !== value)
  for (const [name, value] of own.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    for (const byte of Buffer.from(name)) add(byte)
    add(separator)
    for (const byte of Buffer.from(value)) add(byte)
    add(separator)
  }
  return hash.toString(16).padStart(16, '0')
}

/** Whether our Prometheus may have this alert: no external label has another value than there. */
export function isOwnAlert(
  labels: Readonly<Record<string, string>>,
  externalLabels: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(externalLabels).every(
    ([name, value]) => labels[name] === undefined || labels[name] === value,
  )
}
