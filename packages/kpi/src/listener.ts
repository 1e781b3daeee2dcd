import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { MnemoscopeError } from './errors.js'

/** Files of a server's certificate, in PEM. */
export interface TlsFiles {
  /** The certificate, followed by those between it and its authority. */
  readonly certFile: string
  readonly keyFile: string
  /**
   * The authority of the certificates by which clients sign in: who has none of it gets no answer. Default: none is asked
   * for.
   */
  readonly clientCaFile?: string | undefined
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
  const asked = tls.clientCaFile !== undefined
  const server = createTlsServer(
    { ...others, ...contextOf(used), requestCert: asked, rejectUnauthorized: asked },
    handle,
  )
  const look = () => {
    const state = stateOf(tls)
    if (state === used.state || state === failed) return
    try {
      used = readTls(tls)
      server.setSecureContext(contextOf(used))
      failed = undefined
    } catch (error) {
      // Once: perhaps only one of the files is the new one yet.
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
  readonly ca: Buffer | undefined
  readonly state: string
}

function contextOf({ cert, key, ca }: ReadTls): SecureContextOptions {
  return { cert, key, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) }
}

function readTls(files: TlsFiles): ReadTls {
  const { certFile, keyFile, clientCaFile } = files
  try {
    // Before they are read: what changes meanwhile is read again.
    const state = stateOf(files)
    const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)]
    const ca = clientCaFile === undefined ? undefined : readFileSync(clientCaFile)
    // Without a certificate in it, the public authorities might count.
    if (ca !== undefined) new X509Certificate(ca)
    createSecureContext({ cert, key, ...(ca !== undefined && { ca }) })
    return { cert, key, ca, state }
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new MnemoscopeError('FILE_UNUSABLE', `no certificate with its key: ${message}`, {
      value: pathsOf(files).join(', '),
      expected:
        'a certificate and its key in PEM that this user can read, and the authority of clients if it is named',
      next: 'Correct the files, or name others.',
      cause,
    })
  }
}

function pathsOf({ certFile, keyFile, clientCaFile }: TlsFiles): string[] {
  return [certFile, keyFile, ...(clientCaFile === undefined ? [] : [clientCaFile])]
}

function stateOf(files: TlsFiles): string {
  return pathsOf(files)
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((found) => (found === undefined ? 'none' : `${found.ino} ${found.size} ${found.mtimeMs}`))
    .join()
}
