import { alertDetails } from './alert-details.js'
import { type AlertEpisode, ask } from './api.js'
import { shownPiece } from './before.js'
import type { Piece } from './before-lines.js'
import { element } from './dom.js'
import { notifiedPieces, toldLines, wasNotifiedPieces } from './notified-text.js'

/** Who is and was notified of an alert, or why nobody is. */
export function whoIsNotified(alert: AlertEpisode, isOpened: boolean): HTMLDetailsElement {
  const title = alert.ends_at === null ? 'Who is notified' : 'Who was notified'
  return alertDetails(alert, title, isOpened, {
    ask: () => ask('GET /api/episodes/{id}/notifications', { params: { id: String(alert.id) } }),
    show: (notified) => {
      const now = notifiedPieces(notified)
      const lines = toldLines(notified.told)
      return element(
        'div',
        { class: 'notified' },
        element('p', {}, ...shown(wasNotifiedPieces(notified))),
        now.length === 0 ? null : element('p', {}, 'Now: ', ...shown(now)),
        lines.length === 0
          ? null
          : element('ul', { class: 'changes' }, ...lines.map((line) => element('li', {}, ...shown(line)))),
      )
    },
    // A silence can come at any time.
    youngSeconds: Number.POSITIVE_INFINITY,
  })
}

function shown(pieces: readonly Piece[]): (Node | string)[] {
  return pieces.map(shownPiece)
}
