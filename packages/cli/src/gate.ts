import { join, resolve } from 'node:path'
import type { PartAccess } from '@mnemoscope/generate'
import { names } from '@mnemoscope/kpi'
import { followKeyFile, hashOf, type Key, keyScopes, type RecorderOptions } from '@mnemoscope/recorder'
import { ownFiles, secretAt, takeSignInCode } from './keys.js'

/** Files that a recorder lets requests in by. */
export interface GateFiles {
  /** Keys that people made. */
  readonly keyFile: string
  /** Folder of the keys and the password of `mnemoscope up`'s own parts; undefined for a recorder of its own. */
  readonly ownKeys: string | undefined
  /** File with the password of Prometheus and Alertmanager; undefined: that of `ownKeys`, or none. */
  readonly serversPasswordFile: string | undefined
}

/** How the recorder lets others in, and how the servers do. */
export interface OpenGate {
  readonly recorder: Pick<RecorderOptions, 'keys' | 'keyChanges' | 'signIn'>
  readonly access: PartAccess
}

/** @throws MnemoscopeError CONFIG_NOT_LOADABLE if the file of the keys is not readable */
export function openGate({ keyFile, ownKeys, serversPasswordFile }: GateFiles): OpenGate {
  const made = followKeyFile(resolve(keyFile))
  const keyChanges = () => made().changes
  const passwordFile =
    serversPasswordFile ?? (ownKeys === undefined ? undefined : join(ownKeys, 'servers-password'))
  const login =
    passwordFile === undefined
      ? {}
      : { login: { username: names.serversUser, passwordFile: resolve(passwordFile) } }
  if (ownKeys === undefined) return { recorder: { keys: () => made().keys, keyChanges }, access: login }
  const folder = resolve(ownKeys)
  const secret = secretAt(folder, ownFiles.owner)
  const own = ownKeysIn(folder)
  return {
    recorder: {
      keys: () => [...own, ...made().keys],
      keyChanges,
      ...(secret !== undefined && {
        signIn: { secret, takeCode: (code: string) => takeSignInCode(folder, code) },
      }),
    },
    access: { ...login, recorderTokenFile: join(folder, ownFiles.alertmanager) },
  }
}

function ownKeysIn(folder: string): Key[] {
  const own = [
    { name: 'owner', file: ownFiles.owner, scopes: keyScopes },
    { name: 'alertmanager', file: ownFiles.alertmanager, scopes: ['write:alerts'] as const },
    { name: 'demo', file: ownFiles.demo, scopes: ['write:measurements'] as const },
  ]
  return own.flatMap(({ name, file, scopes }) => {
    const text = secretAt(folder, file)
    return text === undefined ? [] : [{ name, scopes, sha256: hashOf(text), isOwn: true }]
  })
}
