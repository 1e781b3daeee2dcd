import { type FileHandle, open, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { AlertEvent, Config } from '@mnemoscope/kpi'

/** A user's code that gets the events of alerts. */
export interface AlertHandler {
  /** Names its deliveries in the database; a handler with a new name begins without any. */
  readonly name: string
  /**
   * Gets each event at least once: those of one episode in order, those of different episodes at the same time.
   * If it throws, the event comes again later.
   * @param signal aborted when the time is up
   */
  handle(event: AlertEvent, signal: AbortSignal): Promise<void> | void
  /** How long one call may take, in ms. Default 10,000. */
  readonly timeoutMs?: number
}

/**
 * The handlers that a configuration names, its plugins' included.
 * @param folder where relative paths of files begin
 */
export function configuredHandlers({ handlers }: Pick<Config, 'handlers'>, folder: string): AlertHandler[] {
  return Object.entries(handlers).map(([name, handler]) => {
    if (typeof handler === 'function') return { name, handle: handler }
    if (handler === 'console') return consoleHandler({ name })
    if ('webhook' in handler) {
      const { webhook } = handler
      return typeof webhook === 'string'
        ? webhookHandler({ name, url: webhook })
        : webhookHandler({ name, urlFile: resolve(folder, webhook.urlFile) })
    }
    return fileHandler({ name, path: resolve(folder, handler.file) })
  })
}

export type WebhookHandlerOptions = {
  readonly headers?: Readonly<Record<string, string>>
  /** Default `webhook`. */
  readonly name?: string
} & (
  | { readonly url: string }
  /** With the address in a file, which is read for each event. */
  | { readonly urlFile: string }
)

/** Posts each event as JSON. Any answer but 2xx counts as a failure and is tried again. */
export function webhookHandler(options: WebhookHandlerOptions): AlertHandler {
  const { headers = {}, name = 'webhook' } = options
  return {
    name,
    async handle(event, signal) {
      const response = await fetch('url' in options ? options.url : await addressIn(options.urlFile), {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': String(event.id) },
        body: JSON.stringify(event),
        // The event and the headers are for this address alone.
        redirect: 'manual',
        signal,
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
    },
  }
}

/** Its errors are stored, so they have neither the address nor the path. */
async function addressIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(({ code }: NodeJS.ErrnoException) => {
    throw new Error(`the file of webhook.urlFile cannot be read: ${code}`)
  })
  const address = text.trim()
  if (/^https?:/.test(address) && URL.canParse(address)) return address
  throw new Error('the file of webhook.urlFile has no address that begins with https:// or http://')
}

export interface FileHandlerOptions {
  /** Made if it is not there; its folder is not. */
  readonly path: string
  /** Default `file`. */
  readonly name?: string
}

/**
 * Appends each event to a file, one JSON object a line. A line that was cut off, as by a full disk, stays as it is, and
 * the event comes again on a new line.
 */
export function fileHandler({ path, name = 'file' }: FileHandlerOptions): AlertHandler {
  let written: Promise<void> = Promise.resolve()
  return {
    name,
    handle(event) {
      // One after another, so that each sees how the one before has ended.
      const append = () => appendLine(path, JSON.stringify(event))
      const writing = written.then(append, append)
      written = writing
      return writing
    },
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, 'a+')
  try {
    await file.appendFile(`${(await isCutOff(file)) ? '\n' : ''}${line}\n`)
  } finally {
    await file.close()
  }
}

async function isCutOff(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  // Nothing can be read back of what is no file, such as a pipe; it has no size.
  if (size === 0) return false
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 })
  return buffer.toString() !== '\n'
}

/** Writes each event as one line for people to standard output. */
export function consoleHandler({ name = 'console' }: { readonly name?: string } = {}): AlertHandler {
  return {
    name,
    handle(event) {
      process.stdout.write(`${lineOf(event)}\n`)
    },
  }
}

function lineOf({ at, text }: AlertEvent): string {
  return `${new Date(at * 1_000).toISOString()} ${text.replaceAll(/\s+/g, ' ')}`
}
