import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { typescript } from '../harness/figures.js'
import { repository } from '../harness/repository.js'
import type { Crowd } from './crowd.js'
import type { Flood } from './flood.js'
import type { Listeners } from './listeners.js'

/** How many connections a crowd holds of the recorder, and how long. The other listeners get a fifth of them each. */
export interface Extent {
  readonly idle: number
  readonly slow: number
  readonly streams: number
  readonly guesses: number
  readonly seconds: number
}

/** What others had meanwhile: from the first attempt until the answer, in ms; Infinity for one that never came. */
export interface Served {
  readonly notifications: readonly number[]
  readonly health: readonly number[]
  readonly scrapes: readonly number[]
}

/** Bounded, as the listeners end connections all the time: each costs the machine that is attacked as much as the attacker. */
const perSecond = { first: 500, again: 250 }

/** Has a crowd hold connections of all listeners, and meanwhile sends ten notifications a second, asks for health and scrapes. */
export async function starve(listeners: Listeners, { seconds, ...extent }: Extent): Promise<Served> {
  const { recorder, demo, service, readKey: key } = listeners
  const { idle, slow, streams, guesses } = extent
  const fifth = { idle: idle / 5, slow: slow / 5, streams: streams / 5, guesses: guesses / 5 }
  const portOf = (url: string) => Number(new URL(url).port)
  const crowd: Crowd = {
    listeners: [
      { port: portOf(recorder), ...extent, slowPath: '/v1/logs', streamPath: '/api/events', key },
      ...[demo, service].map((url) => ({
        ...{ port: portOf(url), ...fifth, slowPath: '/metrics', streamPath: '/metrics', key },
      })),
    ],
    perSecond,
  }
  const program = typescript('test/security/crowd.ts', JSON.stringify(crowd))
  const child = spawn(process.execPath, program, { cwd: repository, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  try {
    await once(child.stdout, 'data')
    return await served(listeners, seconds)
  } finally {
    child.stdin.end()
    await ended
  }
}

/** What others had while connections were opened one after another. */
export interface Flooded extends Served {
  readonly opened: number
  /** How much the log of the recorder grew. */
  readonly logBytes: number
}

/** Floods the recorder with connections and wrong keys, and meanwhile sends notifications, asks for health and scrapes. */
export async function flood(
  listeners: Listeners,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Flooded> {
  const given: Flood = { port: Number(new URL(listeners.recorder).port), perSecond }
  const log = join(listeners.folder, '.mnemoscope/logs/recorder.log')
  const before = statSync(log).size
  const program = typescript('test/security/flood.ts', JSON.stringify(given))
  const child = spawn(process.execPath, program, { cwd: repository, stdio: ['pipe', 'pipe', 'inherit'] })
  const opened = text(child.stdout)
  try {
    const times = await served(listeners, seconds)
    child.stdin.end()
    return { ...times, opened: Number(await opened), logBytes: statSync(log).size - before }
  } finally {
    child.kill()
  }
}

async function served({ recorder, demo, service, alertsKey }: Listeners, seconds: number): Promise<Served> {
  const repeated = (times: number, attempt: (i: number) => Promise<boolean>) =>
    Promise.all(
      Array.from({ length: times * seconds }, async (_, i) => {
        await new Promise((resolve) => setTimeout(resolve, (1_000 / times) * i))
        return timeOf(() => attempt(i))
      }),
    )
  const [notifications, health, ...scrapes] = await Promise.all([
    repeated(10, (i) => notify(recorder, alertsKey, i)),
    repeated(5, () => isOk(`${recorder}/healthz`)),
    ...[demo, service].map((url) => repeated(1, () => isOk(url))),
  ])
  return { notifications, health, scrapes: scrapes.flat() }
}

/** Alertmanager and Prometheus try again too. */
const retryMs = 250
const giveUpMs = 5_000

/** Time until an attempt succeeds; Infinity if none does. */
async function timeOf(attempt: () => Promise<boolean>): Promise<number> {
  const since = performance.now()
  while (performance.now() - since < giveUpMs) {
    if (await attempt().catch(() => false)) return performance.now() - since
    await new Promise((resolve) => setTimeout(resolve, retryMs))
  }
  return Number.POSITIVE_INFINITY
}

function notify(recorder: string, key: string, i: number): Promise<boolean> {
  const alert = {
    status: 'firing',
    labels: { alertname: 'MnemoscopeStarved', severity: 'warning', number: String(i) },
    annotations: {},
    startsAt: new Date().toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    fingerprint: String(i).padStart(16, '0'),
  }
  return isOk(`${recorder}/api/webhook/alertmanager`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ version: '4', alerts: [alert] }),
  })
}

async function isOk(url: string, init: RequestInit = {}): Promise<boolean> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(giveUpMs) })
  await response.text()
  return response.ok
}
