import type { AlertEvent } from '@mnemoscope/kpi'
import type pg from 'pg'
import { type Loop, startLoop } from '../loop.js'
import { messageOf } from '../message-of.js'
import type { Metrics } from '../metrics.js'
import type { Work } from '../work.js'
import { withEvidence } from './evidence.js'
import type { AlertHandler } from './handlers.js'
import { claim, type Delivery, finish, giveBack } from './queue.js'

const pollMs = 1_000
/** Events of different episodes that one handler gets at the same time. */
const atOnce = 8
const defaultTimeoutMs = 10_000
/** Beyond the handler's own time: what storing the outcome may take. */
const leaseMarginMs = 30_000
/** Time that a recorder which stops gives its handlers; below the 10 s after which Docker ends it. */
const graceMs = 5_000

/**
 * Gives one handler its events. Each handler has its own loop, so none waits for another; and a place becomes free as
 * soon as its event is done, so that an episode that hangs delays no other.
 */
export function startDeliveries(work: Work, handler: AlertHandler): Loop {
  const { pool, logger, metrics } = work
  const timeoutMs = handler.timeoutMs ?? defaultTimeoutMs
  const underWay = new Map<Promise<void>, AbortController>()
  let goesOn = false
  let unstored = 0
  // Begins at 0, so that the first failure is an increase.
  metrics.deliveryFailures.inc({ handler: handler.name }, 0)

  const onError = (err: unknown) => logger.error({ err, handler: handler.name }, 'deliveries failed')

  const deliver = async (delivery: Delivery, controller: AbortController): Promise<void> => {
    try {
      await inTime(handler, await withEvidence(work, delivery.event), timeoutMs, controller)
    } catch (error) {
      metrics.deliveryFailures.inc({ handler: handler.name })
      const reason = messageOf(error)
      const isDead = await giveBack(pool, delivery, reason)
      const details = { handler: handler.name, event: delivery.event.id, attempts: delivery.attempts, reason }
      if (isDead) logger.error(details, 'delivery given up; run mnemoscope replay to try it again')
      else logger.warn(details, 'delivery failed; it will be tried again')
      return
    }
    await finish(pool, delivery)
  }

  const start = (delivery: Delivery): void => {
    const controller = new AbortController()
    const delivering = deliver(delivery, controller)
      .catch((error) => {
        unstored++
        onError(error)
      })
      .finally(() => underWay.delete(delivering))
    underWay.set(delivering, controller)
  }

  const loop = startLoop({
    next: (now) => (goesOn ? now : now + pollMs),
    run: async () => {
      goesOn = false
      const most = atOnce - underWay.size
      if (most > 0) {
        const leaseMs = timeoutMs + leaseMarginMs
        for (const delivery of await claim(pool, handler.name, { most, leaseMs })) start(delivery)
      }
      if (underWay.size === 0) return
      // A finished event frees a place, and the next event of its episode can follow.
      await firstOf(underWay.keys(), pollMs)
      goesOn = true
    },
    onError,
  })
  return {
    get lastHealthyAt() {
      return loop.lastHealthyAt
    },
    get failures() {
      return loop.failures + unstored
    },
    async stop() {
      await loop.stop()
      const grace = setTimeout(() => {
        for (const controller of underWay.values()) controller.abort(new Error('the recorder stopped'))
      }, graceMs)
      await Promise.all(underWay.keys())
      clearTimeout(grace)
    },
  }
}

/** Waits until one of these is done, or for some time. */
async function firstOf(works: Iterable<Promise<void>>, mostMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const time = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, mostMs)
  })
  await Promise.race([...works, time])
  clearTimeout(timer)
}

/** Calls the handler, and stops waiting when its time is up or it is aborted, even if it ignores the signal. */
async function inTime(
  handler: AlertHandler,
  event: AlertEvent,
  timeoutMs: number,
  controller: AbortController,
): Promise<void> {
  const { signal } = controller
  const timer = setTimeout(() => controller.abort(new Error(`took longer than ${timeoutMs} ms`)), timeoutMs)
  try {
    await Promise.race([
      // Inside a promise, so that a throw is a rejection.
      Promise.resolve().then(() => handler.handle(event, signal)),
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ])
  } finally {
    clearTimeout(timer)
  }
}

const countEveryMs = 15_000

/** Keeps the gauge of the delivery queue up to date. */
export function startQueueDepth({ pool, metrics, handlers, logger }: Work): Loop {
  return startLoop({
    next: (now) => now + countEveryMs,
    run: () => showQueueDepth(pool, metrics, handlers),
    onError: (err) => logger.error({ err }, 'queue of deliveries not counted'),
  })
}

/**
 * Counts what handlers still have to get. A handler without anything is 0, not absent; one that the configuration no
 * longer names is there as long as something is left for it.
 */
export async function showQueueDepth(
  pool: pg.Pool,
  metrics: Metrics,
  handlers: readonly string[],
): Promise<void> {
  const { rows } = await pool.query<{ handler: string; waiting: number; given_up: number }>(
    `SELECT handler, count(*) FILTER (WHERE dead_at IS NULL)::float8 AS waiting, count(dead_at)::float8 AS given_up
     FROM deliveries GROUP BY handler`,
  )
  const idle = handlers.map((handler) => ({ handler, waiting: 0, given_up: 0 }))
  metrics.deliveries.reset()
  for (const { handler, waiting, given_up } of [...idle, ...rows]) {
    metrics.deliveries.set({ handler, state: 'waiting' }, waiting)
    metrics.deliveries.set({ handler, state: 'given_up' }, given_up)
  }
}
