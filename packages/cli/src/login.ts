import { readFileSync } from 'node:fs'
import { MnemoscopeError, names } from '@mnemoscope/kpi'

/** An address without its user and password, and the header that takes their place. */
export interface Reached {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Splits an address such as `http://user:password@host:9090`. fetch takes none with a password, and no message may show
 * one.
 */
export function reached(address: string): Reached {
  const url = new URL(address)
  const { username, password } = url
  if (username === '') return { url: address.replace(/\/+$/, ''), headers: {} }
  url.username = ''
  url.password = ''
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  const authorization = `Basic ${Buffer.from(login).toString('base64')}`
  return { url: url.href.replace(/\/+$/, ''), headers: { authorization } }
}

/** An address with the user of `mnemoscope up`'s servers, and the password in a file. Unchanged without a file. */
export function withLogin(address: string, passwordFile: string | undefined): string {
  if (passwordFile === undefined) return address
  const url = new URL(address)
  url.username = names.serversUser
  url.password = passwordIn(passwordFile)
  return url.href.replace(/\/+$/, '')
}

function passwordIn(file: string): string {
  let password = ''
  let cause: unknown
  try {
    password = readFileSync(file, 'utf8').trim()
  } catch (error) {
    cause = error
  }
  if (password !== '') return password
  throw new MnemoscopeError('USAGE', `no password of Prometheus and Alertmanager in ${file}`, {
    value: file,
    expected: 'a file with the password that this user can read',
    next: 'Run the command as the user who started `npx mnemoscope up`, or give the right file.',
    cause,
  })
}
