import { appendFile } from 'node:fs/promises'
import type { AlertEvent } from '@mnemoscope/kpi'
import type { AlertHandler } from './handler.js'

export interface WebhookHandlerOptions {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Default `webhook`. */
  readonly name?: string
}

/** Posts each event as JSON. Any answer but 2xx counts as a failure and is tried again. */
export function webhookHandler({ url, headers = {}, name = 'webhook' }: WebhookHandlerOptions): AlertHandler {
  return {
    name,
    async handle(event, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', 'idempotency-key': String(event.id) },
        body: JSON.stringify(event),
        signal,
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
    },
  }
}

export interface FileHandlerOptions {
  /** Made if it is not there; its folder is not. */
  readonly path: string
  /** Default `file`. */
  readonly name?: string
}

/** Appends each event to a file, one JSON object a line. */
export function fileHandler({ path, name = 'file' }: FileHandlerOptions): AlertHandler {
  return { name, handle: (event) => appendFile(path, `${JSON.stringify(event)}\n`) }
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

function lineOf({ kind, at, episode }: AlertEvent): string {
  const level = (episode.level ?? 'alert').toUpperCase()
  return `${new Date(at * 1_000).toISOString()} ${level} ${kind}: ${episode.message}`
}
