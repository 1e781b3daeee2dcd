import { alertDetails } from './alert-details.js'
import { type AlertEpisode, ask, type DashboardKpi } from './api.js'
import { shownPiece } from './before.js'
import { element } from './dom.js'
import { evidencePieces, nothingProven } from './evidence-text.js'
import { timeOf } from './time.js'

/** How sure the judge was of an alert when it began, and is; of alerts that compare operations with a threshold. */
export function howSure(
  alert: AlertEpisode,
  { is_reading: isReading, unit }: Pick<DashboardKpi, 'is_reading' | 'unit'>,
  isOpened: boolean,
): HTMLDetailsElement | null {
  if (alert.kind !== 'threshold' || isReading) return null
  return alertDetails(alert, 'How sure it is', isOpened, {
    ask: () => ask('GET /api/episodes/{id}/evidence', { params: { id: String(alert.id) } }),
    show: ({ began, newest }) => {
      const moments = newest === null || newest.at === began?.at ? [began] : [began, newest]
      const items = moments.map((evidence, i) =>
        evidence === null
          ? element('li', {}, `When it began: ${nothingProven}`)
          : element(
              'li',
              {},
              ...[i === 0 ? 'When it began, at ' : alert.ends_at === null ? 'Now, at ' : 'At its end, at '],
              ...[timeOf(evidence.at), ': '],
              ...evidencePieces(evidence, { unit, ...evidence }).map(shownPiece),
            ),
      )
      return element('ul', { class: 'changes' }, ...items)
    },
    youngSeconds: Number.POSITIVE_INFINITY,
  })
}
