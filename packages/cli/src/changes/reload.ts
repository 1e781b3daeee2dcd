import type { FoundServer } from '@mnemoscope/servers'
import { askServer, type ReloadedServer } from './server-api.js'
import { sample } from './verify.js'

const pollMs = 50
const longestMs = 15_000

/**
 * Makes a server read its configuration again: one of this pipeline by a signal, which no web page and no other user can
 * send; any other over HTTP.
 * @throws Error with the server's message if it refuses
 */
export async function reload(server: ReloadedServer): Promise<void> {
  if (server.own === undefined) await reloadOverHttp(server)
  else await reloadBySignal(server, server.own)
}

async function reloadOverHttp(server: ReloadedServer): Promise<void> {
  const { ok, status, text } = await askServer(server, '/-/reload', { method: 'POST' })
  if (ok) return
  const hint =
    status === 403 || status === 404 || status === 405 ? ' (start it with --web.enable-lifecycle)' : ''
  throw new Error(`${server.name} refused to reload with status ${status}${hint}: ${text.trim()}`)
}

/** A signal has no answer: the server's metrics say when it has reloaded, and its log why it has not. */
async function reloadBySignal(server: ReloadedServer, own: FoundServer): Promise<void> {
  const before = await lastReload(server)
  const linesSince = own.watchLog()
  own.reload()
  const end = Date.now() + longestMs
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    const { succeededAt, isGood } = await lastReload(server)
    if (succeededAt !== before.succeededAt) return
    // After one that failed, another failure shows only by the time that passes.
    if (!isGood && before.isGood) break
  }
  throw new Error(`${server.name} refused to reload: ${linesSince().join('\n')}`)
}

async function lastReload({ name, url, own }: ReloadedServer) {
  const { text } = await askServer({ name, url, own }, '/metrics')
  const prefix = `${name.toLowerCase()}_config_last_reload`
  return {
    isGood: sample(text, `${prefix}_successful`) !== 0,
    succeededAt: sample(text, `${prefix}_success_timestamp_seconds`),
  }
}
