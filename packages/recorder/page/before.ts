import { type AlertEpisode, ask, type Charts, type DashboardKpi, type EpisodeDetail } from './api.js'
import { beforeLines, gapPieces, nothingBefore, type Piece } from './before-lines.js'
import { settingsOf } from './configuration.js'
import { byId, element } from './dom.js'
import { valueElement } from './format.js'
import { badge } from './level.js'
import { showList } from './list.js'
import { now, timeOf } from './time.js'

/** KPIs by id, as the dashboard data have them. */
let kpis: ReadonlyMap<string, DashboardKpi> = new Map()

interface Details {
  readonly node: HTMLDetailsElement
  load(): Promise<void>
}

/** What is shown of each alert, by its id: it outlives the card around it, and stays open if it was opened. */
const shown = new Map<number, Details>()

/** An alert this young is asked about again with every change: what it does to the KPIs has only begun to show. */
const youngSeconds = 900

/** What the recorder saw before an alert began; it is asked when the reader opens it. */
export function whatChangedBefore(alert: AlertEpisode, isOpened: boolean): HTMLDetailsElement {
  const known = shown.get(alert.id)
  if (known !== undefined) return known.node
  const content = element('div', {}, element('p', { class: 'muted' }, 'Looking …'))
  const node = element(
    'details',
    { class: 'before', open: isOpened },
    element('summary', {}, 'What changed before'),
    content,
  )
  let answered: string | undefined
  const load = async () => {
    if (!node.open || (answered !== undefined && now() - alert.timestamp > youngSeconds)) return
    try {
      const detail = await ask('GET /api/episodes/{id}', { params: { id: String(alert.id) } })
      const answer = JSON.stringify(detail)
      if (answer !== answered) content.replaceChildren(listOf(detail))
      answered = answer
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      content.replaceChildren(element('p', { class: 'muted' }, `Could not be read: ${reason}`))
    }
  }
  node.addEventListener('toggle', () => void load())
  shown.set(alert.id, { node, load })
  return node
}

/** Looks again for the alerts that fire, and forgets the others. */
export function showBefore(ids: readonly number[], given: readonly DashboardKpi[]): void {
  kpis = new Map(given.map((kpi) => [kpi.id, kpi]))
  const firing = new Set(ids)
  for (const [id, { load }] of shown) {
    if (firing.has(id)) void load()
    else shown.delete(id)
  }
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

function shownPiece(piece: Piece): Node | string {
  if (typeof piece === 'string') return piece
  if ('time' in piece) return timeOf(piece.time)
  if ('value' in piece) return valueElement(piece.value, piece)
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
