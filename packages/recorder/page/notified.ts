import { alertDetails } from './alert-details.js'
import { type AlertEpisode, ask } from './api.js'
import { shownPiece } from './before.js'
import { element } from './dom.js'
import { notifiedPieces } from './notified-text.js'

/** Who is notified of an alert that fires, or why nobody is. */
export function whoIsNotified(alert: AlertEpisode, isOpened: boolean): HTMLDetailsElement | null {
  if (alert.ends_at !== null) return null
  return alertDetails(alert, 'Who is notified', isOpened, {
    ask: () => ask('GET /api/episodes/{id}/notifications', { params: { id: String(alert.id) } }),
    show: (notified) => element('p', {}, ...notifiedPieces(notified).map(shownPiece)),
    // A silence can come at any time.
    youngSeconds: Number.POSITIVE_INFINITY,
  })
}
