/** Windows that can be chosen, in hours. */
export const windows = { '1 h': 1, '6 h': 6, '24 h': 24, '7 d': 168, '30 d': 720 }

const filters = ['service', 'model', 'context_size']

/** What the page shows, as its address says: a window up to now or between two times, and a part of the series. */
export function readAddress(search = location.search) {
  const given = new URLSearchParams(search)
  const hours = Number(given.get('hours'))
  const [from, to] = [given.get('from'), given.get('to')].map((text) => Date.parse(text ?? ''))
  return {
    hours: hours > 0 && hours <= 87_600 ? hours : 24,
    ...(from < to ? { from: new Date(from).toISOString(), to: new Date(to).toISOString() } : {}),
    // Alerts link here with the label names of Prometheus.
    service: given.get('service') ?? given.get('job') ?? undefined,
    model: given.get('model') ?? undefined,
    context_size: given.get('context_size') ?? undefined,
    kpi: given.get('kpi') ?? undefined,
  }
}

/** The part of an address that the recorder's API takes. */
export function scopeQuery(address, { whole = false } = {}) {
  const query = new URLSearchParams()
  if (address.from) {
    query.set('from', address.from)
    query.set('to', address.to)
  } else query.set('hours', String(address.hours))
  if (!whole) for (const name of filters) if (address[name]) query.set(name, address[name])
  return query.toString()
}

/** The page's own address for a state; the default window is left out. */
export function addressOf(address) {
  const query = new URLSearchParams()
  if (address.from) {
    query.set('from', address.from)
    query.set('to', address.to)
  } else if (address.hours !== 24) query.set('hours', String(address.hours))
  for (const name of filters) if (address[name]) query.set(name, address[name])
  const text = query.toString()
  return text === '' ? location.pathname : `?${text}`
}
