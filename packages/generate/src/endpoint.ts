/** A URL as Prometheus configures it. */
export interface Endpoint {
  readonly scheme: string
  /** `host:port`, the port always written. */
  readonly address: string
  /** Path without its last slash; empty at the root. */
  readonly path: string
}

/** Parts of an http or https URL. */
export function endpoint(url: string): Endpoint {
  const { protocol, hostname, port, pathname } = new URL(url)
  const scheme = protocol.slice(0, -1)
  return {
    scheme,
    address: `${hostname}:${port === '' ? (scheme === 'https' ? '443' : '80') : port}`,
    path: pathname.replace(/\/+$/, ''),
  }
}
