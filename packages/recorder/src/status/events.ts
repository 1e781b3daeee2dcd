import { MnemoscopeError } from '@mnemoscope/kpi'
import type { Context } from 'hono'
import { streamSSE } from 'hono/streaming'
import type pg from 'pg'
import type { Logger } from 'pino'
import { type ConfigSource, currentHash } from '../config/source.js'
import { busyRetrySeconds } from '../http/budget.js'

/** What a listener compares to know that there is something new. */
export interface EventState {
  /** Newest instant that was dealt with, Unix seconds; null before the first. */
  readonly instant: number | null
  /** Newest transition of an alert episode. */
  readonly transition: number
  /** Newest acknowledgement. */
  readonly acknowledgement: number
  /** Newest rating. */
  readonly rating: number
  /** Newest incident. */
  readonly incident: number
  /** Newest of what people did with incidents. */
  readonly incident_action: number
  /** Changes of episodes whose incident is still to be found. */
  readonly to_group: number
  /** Hash of the configuration in use. */
  readonly config: string
  /** Since when the configuration file can't be applied, Unix seconds; null while it is applied. */
  readonly config_problem: number | null
}

export interface EventsOptions {
  readonly pool: pg.Pool
  readonly configSource: Pick<ConfigSource, 'current' | 'problem'>
  /** How often the database is queried. A listener gets at most one event in this time. */
  readonly refreshMs: number
  readonly logger: Logger
}

/** Server-sent events: notify every listener that something new is stored. */
export interface Events {
  /**
   * Answers `GET /api/events` with a stream that begins with what is stored.
   * @throws MnemoscopeError RECORDER_BUSY while there are as many listeners as allowed; what Postgres fails with
   */
  handle(context: Context): Promise<Response>
  /** Ends every listener's stream; more are refused. */
  stop(): void
}

/** Browsers open one per tab; more than this are a mistake or an attack. */
const mostListeners = 200
/** Below the idle limit of proxies, which is often a minute. */
const heartbeatMs = 15_000
/** A listener that has not taken a line for so long is gone. */
const stalledMs = 60_000

interface Listener {
  /** Sends an event, at once or after the one on its way; of several that wait, the newest. */
  send(event: string, data: string): void
}

/**
 * One question for all listeners, asked only while somebody listens: the database is what several recorders share, so
 * it knows of changes that came through another one. Events never pile up for a slow listener: each
 * one carries all of the state, so only the newest waits.
 */
export function createEvents({ pool, configSource, refreshMs, logger }: EventsOptions): Events {
  /** Streams that are open or about to open, and those of them that have had the first state and now get changes. */
  const open = new Set<() => void>()
  const listeners = new Set<Listener>()
  let known: string | undefined
  let looking: Promise<string> | undefined
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  /** Asks once, however many want to know, and again after a while for those who listen. */
  function look(): Promise<string> {
    clearTimeout(timer)
    looking ??= ask().finally(() => {
      looking = undefined
      timer = setTimeout(() => listeners.size > 0 && look().catch(warn), refreshMs)
      if (stopped) clearTimeout(timer)
    })
    return looking
  }

  async function ask(): Promise<string> {
    const state = JSON.stringify({ ...(await storedState(pool)), ...configState(configSource) })
    if (state !== known) for (const listener of listeners) listener.send('change', state)
    known = state
    return state
  }

  const warn = (err: unknown) => logger.warn({ err }, 'events: the database did not answer')

  return {
    async handle(context) {
      // HEAD asks for no stream: one would take the place of a listener until its heartbeats fail.
      if (context.req.method === 'HEAD') {
        return context.body(null, 200, { 'content-type': 'text/event-stream' })
      }
      if (stopped || open.size >= mostListeners) {
        throw new MnemoscopeError('RECORDER_BUSY', 'there are as many listeners to events as allowed', {
          value: open.size,
          expected: `at most ${mostListeners} listeners`,
          next: `Close a few pages, or try again in ${busyRetrySeconds} seconds.`,
        })
      }
      const { promise: ended, resolve: end } = withResolvers()
      open.add(end)
      void ended.then(() => open.delete(end))
      // A caller who leaves while the database takes its time.
      context.req.raw.signal.addEventListener('abort', end)
      // Query again: the known state may be from the time of the last listener.
      const first = await look().catch((error) => {
        end()
        throw error
      })
      // Proxies that gather answers before they pass them on would hold events back.
      context.header('x-accel-buffering', 'no')
      return streamSSE(context, (stream) => {
        let sentAt = Date.now()
        let isBusy = false
        let waiting: { event: string; data: string } | undefined
        const listener: Listener = {
          send(event, data) {
            if (isBusy) {
              waiting = { event, data }
              return
            }
            isBusy = true
            void stream.writeSSE({ event, data }).then(() => {
              isBusy = false
              sentAt = Date.now()
              const next = waiting
              waiting = undefined
              if (next !== undefined) listener.send(next.event, next.data)
            })
          },
        }
        const heartbeat = setInterval(() => {
          if (!isBusy) listener.send('alive', '')
          else if (Date.now() - sentAt > stalledMs) end()
        }, heartbeatMs)
        listeners.add(listener)
        listener.send('hello', first)
        return ended.finally(() => {
          clearInterval(heartbeat)
          listeners.delete(listener)
        })
      })
    },
    stop() {
      stopped = true
      clearTimeout(timer)
      for (const end of open) end()
    },
  }
}

type ConfigState = Pick<EventState, 'config' | 'config_problem'>

function configState(source: EventsOptions['configSource']): ConfigState {
  const at = source.problem()?.at
  return { config: currentHash(source), config_problem: at === undefined ? null : at.getTime() / 1_000 }
}

async function storedState(pool: pg.Pool): Promise<Omit<EventState, keyof ConfigState>> {
  const { rows } = await pool.query<Omit<EventState, keyof ConfigState>>(
    `SELECT (SELECT extract(epoch FROM max(at))::float8 FROM snapshot_instants) AS instant,
            (SELECT coalesce(max(id), 0)::float8 FROM alert_transitions) AS transition,
            (SELECT coalesce(max(id), 0)::float8 FROM alert_acknowledgements) AS acknowledgement,
            (SELECT coalesce(max(id), 0)::float8 FROM alert_ratings) AS rating,
            (SELECT coalesce(max(id), 0)::float8 FROM alert_incidents) AS incident,
            (SELECT coalesce(max(id), 0)::float8 FROM alert_incident_actions) AS incident_action,
            (SELECT count(*)::float8 FROM alert_episodes_to_group) AS to_group`,
  )
  return rows[0] as Omit<EventState, keyof ConfigState>
}

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
