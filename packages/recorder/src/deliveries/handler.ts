import type { AlertEvent } from '@mnemoscope/kpi'

/** Code of the user's own that is told of alerts. */
export interface AlertHandler {
  /** Names its deliveries in the database; a handler that changes its name starts anew. */
  readonly name: string
  /**
   * Is told of each event at least once, of one episode in order, of different episodes at the same time.
   * Throwing means: try again later.
   * @param signal aborted when the time is up
   */
  handle(event: AlertEvent, signal: AbortSignal): Promise<void> | void
  /** How long one call may take, in ms. Default 10,000. */
  readonly timeoutMs?: number
}
