import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { names } from '@mnemoscope/kpi'
import bcrypt from 'bcryptjs'
import { secretIn } from '../secret-file.js'

/** The user and password that the Prometheus and the Alertmanager of a state directory ask for on every request. */
export interface ServerLogin {
  readonly username: string
  readonly password: string
  /** Holds the password only, so that the servers can read it for each other. */
  readonly passwordFile: string
  /** What both servers take as `--web.config.file`; it has only a hash of the password. */
  readonly webConfigFile: string
}

/** Folder of a state directory for what only its owner may read. */
export function secretsFolder(stateDir: string): string {
  return join(resolve(stateDir), 'secrets')
}

/** The password has 192 random bits, so nobody guesses it from a fast hash, and each request stays cheap. */
const bcryptCost = 5

/**
 * The login of a state directory's servers. The password is made once; the file with its hash is written at each call.
 * https://prometheus.io/docs/prometheus/latest/configuration/https/
 */
export function serverLogin(stateDir: string): ServerLogin {
  const folder = secretsFolder(stateDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const passwordFile = join(folder, 'servers-password')
  const password = secretIn(passwordFile)
  const webConfigFile = join(folder, 'web.yml')
  writeFileSync(webConfigFile, webConfigOf(password), { mode: 0o600 })
  return { username: names.serversUser, password, passwordFile, webConfigFile }
}

/** Text of a web configuration file that lets one user in, who has a password of many random bits. */
export function webConfigOf(password: string): string {
  return webConfig(bcrypt.hashSync(password, bcryptCost))
}

/** The same, of a password's hash. */
export function webConfig(passwordHash: string): string {
  return `basic_auth_users:\n  ${names.serversUser}: ${passwordHash}\n`
}

/** Arguments and headers for a server with a login; none without. */
export function webConfigArgs(login: ServerLogin | undefined): string[] {
  return login === undefined ? [] : [`--web.config.file=${login.webConfigFile}`]
}

export function loginHeaders(
  login: Pick<ServerLogin, 'username' | 'password'> | undefined,
): Record<string, string> {
  if (login === undefined) return {}
  return { authorization: `Basic ${btoa(`${login.username}:${login.password}`)}` }
}
