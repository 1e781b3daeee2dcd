import { alertDetails } from './alert-details.js'
import { type AlertEpisode, ask, type Charts, type DashboardKpi, type EpisodeDetail } from './api.js'
import { beforeLines, gapPieces, nothingBefore, type Piece } from './before-lines.js'
import { settingsOf } from './configuration.js'
import { byId, element } from './dom.js'
import { valueElement } from './format.js'
import { badge } from './level.js'
import { showList } from './list.js'
import { timeOf } from './time.js'

/** KPIs by id, as the dashboard data have them. */
let kpis: ReadonlyMap<string, DashboardKpi> = new Map()

/** What the recorder saw before an alert began. */
export function whatChangedBefore(alert: AlertEpisode, isOpened: boolean): HTMLDetailsElement {
  return alertDetails(alert, 'What changed before', isOpened, {
    ask: () => ask('GET /api/episodes/{id}', { params: { id: String(alert.id) } }),
    show: listOf,
  })
}

/** Gives the KPIs that lines are about. */
export function knowKpis(given: readonly DashboardKpi[]): void {
  kpis = new Map(given.map((kpi) => [kpi.id, kpi]))
}

/** Everything on record of what came before, each line with what is behind it. */
function listOf(detail: EpisodeDetail): HTMLElement {
  const lines = beforeLines(detail, kpis)
  if (lines.length === 0) return element('p', { class: 'muted' }, nothingBefore)
  const items = lines.map(({ pieces, configChange }) => {
    const change = configChange === undefined ? undefined : detail.before.config_changes[configChange]
    return element('li', {}, ...pieces.map(shownPiece), change ? settingsOf(change.differences) : null)
  })
  return element('ul', { class: 'changes' }, ...items)
}

export function shownPiece(piece: Piece): Node | string {
  if (typeof piece === 'string') return piece
  if ('time' in piece) return timeOf(piece.time)
  if ('value' in piece) return valueElement(piece.value, piece, piece.limits)
  if ('level' in piece) return badge(piece.level ?? 'alert')
  if ('strong' in piece) return element('strong', {}, piece.strong)
  return element('span', { class: piece.verdict }, piece.text)
}

/** Instants of the window without a snapshot, newest first. */
export function showGaps({ gaps }: Charts): void {
  byId('gaps-none').hidden = gaps.length > 0
  showList(
    byId('gaps-list'),
    gaps,
    ({ from, reason }) => `${from} ${reason}`,
    (gap) => element('li', {}, ...gapPieces(gap).map(shownPiece)),
  )
}
