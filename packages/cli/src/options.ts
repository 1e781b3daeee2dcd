import { isIP } from 'node:net'
import type { Config, TlsFiles } from '@mnemoscope/kpi'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'

/** Reads a number option. @throws MnemoscopeError USAGE outside the range */
export function numberOption(name: string, min: number, max: number) {
  return (text: string): number => {
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw refused(name, text, `a number from ${min} to ${max}`)
    }
    return value
  }
}

/** Reads a time with its zone, or a date, which begins at 00:00 UTC. @returns ISO 8601 in UTC */
export function timeOption(name: string) {
  return (text: string): string => {
    const isTime = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/.test(text)
    const time = new Date(isTime ? text : Number.NaN)
    if (!Number.isNaN(time.getTime())) return time.toISOString()
    throw refused(name, text, 'a time with its zone such as 2026-01-31T14:00Z, or a date such as 2026-01-31')
  }
}

/** Reads the path of a folder. An empty one is a variable that is not set, and would be this folder. */
export function folderOption(name: string) {
  return (text: string): string => {
    if (text.trim() === '') throw refused(name, text, 'the path of a folder')
    return text
  }
}

/** Reads the address of a server, which may have a user and password. */
export function serverOption(name: string) {
  return (text: string): string => {
    if (/^https?:\/\//.test(text) && URL.canParse(text)) return text.replace(/\/+$/, '')
    throw refused(name, text, 'an address such as "http://127.0.0.1:9090"')
  }
}

/** Reads a port: an integer, 0 for any free port. */
export function portOption(text: string): number {
  const port = numberOption('--port', 0, 65_535)(text)
  if (Number.isInteger(port)) return port
  throw refused('--port', text, 'an integer from 0 to 65535')
}

function refused(name: string, text: string, expected: string): MnemoscopeError {
  return new MnemoscopeError('USAGE', `${name}: ${JSON.stringify(text)}: expected ${expected}`, {
    value: text,
    expected,
    next: 'Run the command with --help to see its options.',
  })
}

/** Reads `--allow-host memory.example`, which can be given several times. */
export function hostOption(text: string, before: readonly string[] = []): readonly string[] {
  if (/^[a-z0-9_.-]{1,253}$/i.test(text)) return [...before, text]
  throw refused('--allow-host', text, 'a host name without a port, such as "recorder"')
}

/** Reads `--trust-proxy 10.0.0.0/8`, which can be given several times. */
export function proxyOption(text: string, before: readonly string[] = []): readonly string[] {
  const [, address = '', bits] = /^([\da-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  if (Number(bits ?? most) <= most && most > 0) return [...before, text]
  throw refused('--trust-proxy', text, 'an IP address or a network, such as "127.0.0.1" or "10.0.0.0/8"')
}

/** Services whose address differs in this run, by name: `{ demo: '127.0.0.1:9464' }`. */
export type ScrapedAt = Readonly<Record<string, string>>

/** The configured services with the addresses of this run. Adds a service that is not configured. */
export function scraped(services: Config['services'], at: ScrapedAt): Config['services'] {
  return [
    ...services.filter(({ name }) => !(name in at)),
    ...Object.entries(at).map(([name, target]) => ({ name, targets: [target] })),
  ]
}

/** Options of a certificate, for a command that listens. */
export interface TlsOptions {
  tlsCert?: string
  tlsKey?: string
  tlsClientCa?: string
}

/** @throws MnemoscopeError USAGE if only one of both is given, or neither where clients are to have one */
export function tlsFiles({ tlsCert, tlsKey, tlsClientCa }: TlsOptions): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined && tlsClientCa === undefined) return undefined
  if (tlsCert !== undefined && tlsKey !== undefined)
    return { certFile: tlsCert, keyFile: tlsKey, clientCaFile: tlsClientCa }
  throw new MnemoscopeError('USAGE', 'a certificate without its key, or the other way round', {
    value: tlsCert ?? tlsKey ?? tlsClientCa,
    expected: '--tls-cert and --tls-key',
    next: 'Give both files.',
  })
}

/** Reads `--scrape demo=127.0.0.1:9464`, which can be given several times. */
export function scrapeOption(text: string, before: ScrapedAt = {}): ScrapedAt {
  const [, name, target] = /^([a-zA-Z_][a-zA-Z0-9_.-]*)=(\S+:\d+)$/.exec(text) ?? []
  if (name !== undefined && target !== undefined) return { ...before, [name]: target }
  throw new MnemoscopeError('USAGE', `--scrape: ${JSON.stringify(text)}`, {
    value: text,
    expected: 'service=host:port',
    next: 'Give the service and the address of its metrics.',
  })
}
