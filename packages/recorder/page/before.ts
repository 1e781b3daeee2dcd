import { type AlertEpisode, ask, type Charts, type DashboardKpi, type EpisodeDetail } from './api.js'
import { whatChanged } from './configuration.js'
import { byId, element } from './dom.js'
import { formatChange, valueElement } from './format.js'
import { badge } from './level.js'
import { showList } from './list.js'
import { formatDuration, now, timeOf } from './time.js'

type Before = EpisodeDetail['before']
type Gap = Charts['gaps'][number]

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
      if (answer !== answered) content.replaceChildren(listOf(alert, detail))
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

/** Everything that the answer holds of what came before, what moved first. */
function listOf(alert: AlertEpisode, { before, transitions }: EpisodeDetail): HTMLElement {
  const earlier = (at: number) =>
    alert.timestamp - at < 1 ? 'at the same moment' : `${formatDuration(alert.timestamp - at)} before`
  const reopened = transitions.filter(({ kind }) => kind === 'reopened').length
  const items = [
    ...before.moved.map((moved) => movedItem(moved, alert.metric_type)),
    ...before.config_changes.map(({ at, by, summary, differences }) =>
      element(
        'li',
        {},
        `Configuration changed ${earlier(at)}, at `,
        timeOf(at),
        ` by ${by}`,
        ...whatChanged({ summary, differences }),
      ),
    ),
    ...before.deployments.map(({ at, service, version, previous_version, by }) =>
      element(
        'li',
        {},
        `${service} deployed ${earlier(at)}, at `,
        timeOf(at),
        by ? ` by ${by}: ` : ': ',
        previous_version === null ? `version ${version}` : `version ${previous_version} → ${version}`,
      ),
    ),
    ...before.alerts.map(({ level, message, timestamp, ends_at }) =>
      element(
        'li',
        {},
        badge(level ?? 'alert'),
        ` ${message}, ${earlier(timestamp)}, `,
        ...(ends_at === null ? ['still firing'] : ['ended at ', timeOf(ends_at)]),
      ),
    ),
    ...before.gaps.map((gap) => element('li', {}, 'No snapshots: ', ...gapText(gap))),
    ...(reopened === 0 ? [] : [element('li', {}, `This alert ended and came back ${reopened} times`)]),
  ]
  return items.length > 0
    ? element('ul', { class: 'changes' }, ...items)
    : element(
        'p',
        { class: 'muted' },
        'Nothing on record: no other KPI of this series moved, and no alert, gap, deployment or change of the configuration came before.',
      )
}

/** A KPI that left its range of the hour before. */
function movedItem({ kpi: id, before, since }: Before['moved'][number], own: string | null): HTMLLIElement {
  const kpi = kpis.get(id)
  const unit = kpi ?? { unit: '' }
  const title = kpi?.title ?? id
  return element(
    'li',
    {},
    id === own ? element('strong', {}, title) : title,
    ' went from ',
    valueElement(before, unit),
    ' to ',
    valueElement(since, unit),
    kpi && before !== null && since !== null ? directionOf(kpi, before, since) : null,
  )
}

function directionOf({ direction }: DashboardKpi, before: number, since: number): HTMLSpanElement {
  const isWorse = since < before === (direction === 'higher_is_better')
  const word = isWorse ? 'worse' : 'better'
  const share = formatChange(before, since)
  return element('span', { class: word }, ` (${share && `${share}, `}${word})`)
}

const reasons: Readonly<Record<string, string>> = {
  prometheus_not_scraping: 'Prometheus scraped nothing: it was down, or had no target',
  rules_not_evaluated: 'Prometheus had not evaluated its rules: it had just started, or they failed',
  prometheus_has_no_data: 'Prometheus has no data of that time',
}

/** Instants of the window without a snapshot, newest first. */
export function showGaps({ gaps }: Charts): void {
  byId('gaps-none').hidden = gaps.length > 0
  showList(
    byId('gaps-list'),
    gaps,
    ({ from, reason }) => `${from} ${reason}`,
    (gap) => element('li', {}, ...gapText(gap)),
  )
}

/** When nothing was recorded, and why. */
function gapText({ from, to, instants, reason }: Gap): (Node | string)[] {
  const length = `${instants} snapshot${instants === 1 ? '' : 's'}${to > from ? `, ${formatDuration(to - from)}` : ''}`
  const end = to > from ? [' to ', timeOf(to)] : []
  return [timeOf(from), ...end, ` (${length}): `, reasons[reason] ?? reason.replaceAll('_', ' ')]
}
