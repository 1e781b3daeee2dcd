import { alertDetails } from './alert-details.js'
import { type AlertEpisode, ask } from './api.js'
import { shownPiece } from './before.js'
import { element } from './dom.js'
import { toldPieces } from './told-text.js'

/** Who is told of an alert that fires, or why nobody is. */
export function whoIsTold(alert: AlertEpisode, isOpened: boolean): HTMLDetailsElement | null {
  if (alert.ends_at !== null) return null
  return alertDetails(alert, 'Who is told', isOpened, {
    ask: () => ask('GET /api/episodes/{id}/notifications', { params: { id: String(alert.id) } }),
    show: (told) => element('p', {}, ...toldPieces(told).map(shownPiece)),
    isAlwaysYoung: true,
  })
}
