import { readFileSync, statSync } from 'node:fs'
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createSecureContext } from 'node:tls'
import { MnemoscopeError } from './errors.js'

/** Files of a server's certificate, in PEM. */
export interface TlsFiles {
  /** The certificate, followed by those between it and its authority. */
  readonly certFile: string
  readonly keyFile: string
}

export interface ListenerOptions extends ServerOptions {
  /** Default: plain HTTP. */
  readonly tls?: TlsFiles | undefined
  /**
   * Called where changed files cannot be used; the server goes on with the former ones, and looks at them again.
   * Default: nothing.
   */
  readonly onTlsFailure?: (error: Error) => void
}

/** How soon a renewed certificate is used. */
const lookEveryMs = 5_000

/**
 * Makes a server of HTTP, or of HTTPS with a certificate that is read again whenever its files change.
 * @throws MnemoscopeError FILE_UNUSABLE for files that are no certificate with its key
 */
export function createListener(options: ListenerOptions, handle: RequestListener): Server {
  const { tls, onTlsFailure = () => undefined, ...others } = options
  if (tls === undefined) return createServer(others, handle)
  let used = readTls(tls)
  let failed: string | undefined
  const server = createTlsServer({ ...others, ...used, minVersion: 'TLSv1.2' }, handle)
  const look = () => {
    const state = stateOf(tls)
    if (state === used.state || state === failed) return
    try {
      used = readTls(tls)
      server.setSecureContext({ cert: used.cert, key: used.key, minVersion: 'TLSv1.2' })
      failed = undefined
    } catch (error) {
      // Once: perhaps only one of the two files is the new one yet.
      failed = state
      onTlsFailure(error as Error)
    }
  }
  const looking = setInterval(look, lookEveryMs)
  looking.unref()
  server.once('close', () => clearInterval(looking))
  return server
}

interface ReadTls {
  readonly cert: Buffer
  readonly key: Buffer
  readonly state: string
}

function readTls({ certFile, keyFile }: TlsFiles): ReadTls {
  try {
    // Before they are read: what changes meanwhile is read again.
    const state = stateOf({ certFile, keyFile })
    const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)]
    createSecureContext({ cert, key })
    return { cert, key, state }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new MnemoscopeError('FILE_UNUSABLE', `no certificate with its key: ${message}`, {
      value: `${certFile}, ${keyFile}`,
      expected: 'a certificate and its key in PEM that this user can read',
      next: 'Correct the files, or name others.',
      cause,
    })
  }
}

function stateOf({ certFile, keyFile }: TlsFiles): string {
  return [certFile, keyFile]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((found) => (found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeMs}`))
    .join()
}
