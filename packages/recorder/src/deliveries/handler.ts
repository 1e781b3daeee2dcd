import type { AlertEpisode } from '../dashboard/alerts.js'

/** Something that happened to an alert episode. */
export interface AlertEvent {
  /** The same each time this event is delivered: a handler that must not act twice remembers it. */
  readonly id: number
  readonly kind: 'opened' | 'changed' | 'closed' | 'reopened'
  /** When it happened, Unix seconds. */
  readonly at: number
  /** New values by column name. */
  readonly detail: Readonly<Record<string, string | number>>
  /** The episode as it is now, which may be further on than the event. */
  readonly episode: AlertEpisode
}

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
