import { type Loop, startLoop } from '../loop.js'
import { messageOf } from '../message-of.js'
import type { Work } from '../work.js'
import type { AlertHandler } from './handler.js'
import { claim, type Delivery, finish, giveBack } from './queue.js'

const pollMs = 1_000
/** Events of different episodes that one handler is told of at the same time. */
const atOnce = 8
const defaultTimeoutMs = 10_000
/** Beyond the handler's own time: what storing the outcome may take. */
const leaseMarginMs = 30_000

/** Tells one handler of events, as long as there are any. Each handler has its own loop, so none waits for another. */
export function startDeliveries({ pool, logger, metrics }: Work, handler: AlertHandler): Loop {
  const timeoutMs = handler.timeoutMs ?? defaultTimeoutMs
  let hasMore = false
  // From 0 on, so that the first failure is an increase.
  metrics.deliveryFailures.inc({ handler: handler.name }, 0)

  const deliver = async (delivery: Delivery): Promise<void> => {
    try {
      await inTime(handler, delivery, timeoutMs)
    } catch (error) {
      metrics.deliveryFailures.inc({ handler: handler.name })
      const reason = messageOf(error)
      const isDead = await giveBack(pool, delivery, reason)
      const details = { handler: handler.name, event: delivery.event.id, attempts: delivery.attempts, reason }
      if (isDead) logger.error(details, 'delivery given up; replayDeliveries() tries it again')
      else logger.warn(details, 'delivery failed, to be tried again')
      return
    }
    await finish(pool, delivery)
  }

  return startLoop({
    next: (now) => (hasMore ? now : now + pollMs),
    run: async () => {
      hasMore = false
      const deliveries = await claim(pool, handler.name, { most: atOnce, leaseMs: timeoutMs + leaseMarginMs })
      await Promise.all(deliveries.map(deliver))
      hasMore = deliveries.length > 0
    },
    onError: (err) => logger.error({ err, handler: handler.name }, 'deliveries failed'),
  })
}

/** Calls the handler, and stops waiting when its time is up, whether it minds the signal or not. */
async function inTime(handler: AlertHandler, { event }: Delivery, timeoutMs: number): Promise<void> {
  const signal = AbortSignal.timeout(timeoutMs)
  await Promise.race([
    // In a promise of its own, so that a throw is a rejection.
    Promise.resolve().then(() => handler.handle(event, signal)),
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Error(`took longer than ${timeoutMs} ms`)))
    }),
  ])
}
