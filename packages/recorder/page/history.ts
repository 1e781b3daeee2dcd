import { type AlertKpi, alertLinks, conditionOf, kpiOf, titleOf } from './alerts.js'
import { type AlertEpisode, ask, type DashboardData } from './api.js'
import { showFailed } from './connection.js'
import { byId, cell, columnHead, element, setText, table, tableBody } from './dom.js'
import { type Address, alertLink, scopeOf } from './filters.js'
import { formatContext, valueElement } from './format.js'
import { badge } from './level.js'
import { paged, showList } from './list.js'
import { formatDuration, sinceOf, timeOf } from './time.js'

/** The most episodes of one answer. */
const mostEpisodes = 1_000
const endings: Readonly<Record<string, string>> = {
  resolved: 'resolved',
  reconciled: 'ended without a notification',
  superseded: 'began anew',
  rule_removed: 'its rule was removed',
}
const columns = ['Level', 'Began', 'What', 'Where', 'Worst', 'Threshold', 'Lasted', 'Acknowledged']

const body = tableBody()
byId('history-list').append(
  table(
    'Alert episodes, newest first',
    columns.map((name) => columnHead(name, isNumber(name) ? { class: 'number' } : {})),
    body,
  ),
)

let latest: { readonly address: Address; readonly data: DashboardData } | undefined
const pages = paged(byId('history-more'), 20, () => {
  if (latest) showHistory(latest.address, latest.data).catch(showFailed)
})

/** The newest episodes of the window, open or over; older ones on demand. */
export async function showHistory(address: Address, data: DashboardData): Promise<void> {
  latest = { address, data }
  const query = { ...scopeOf(address), limit: Math.min(pages.most(), mostEpisodes) }
  const { episodes } = await ask('GET /api/episodes', { query })
  if (latest.address !== address) return
  const total = Math.max(data.alert_summary.total_alerts, episodes.length)
  setText(byId('history-count'), total > 0 ? total.toLocaleString('en') : '')
  byId('history-none').hidden = episodes.length > 0
  byId('history-list').hidden = episodes.length === 0
  pages.update(Math.min(total, mostEpisodes), 'alerts')
  const several = new Set(episodes.map(({ service }) => service)).size > 1
  showList(
    body,
    episodes.map((episode) => ({ episode, kpi: kpiOf(episode, data.kpis), several, address })),
    ({ episode }) => String(episode.id),
    row,
  )
}

/** How an alert ended. One that ended as it began turned out to be a part of the one before, which went on. */
function endingOf({ closed_how, ends_at, timestamp }: AlertEpisode): string {
  if (closed_how === 'superseded' && ends_at === timestamp) return 'part of the one before'
  return endings[closed_how ?? ''] ?? closed_how ?? ''
}

interface Row {
  readonly episode: AlertEpisode
  readonly kpi: AlertKpi | undefined
  readonly several: boolean
  readonly address: Address
}

function row({ episode, kpi, several, address }: Row): HTMLTableRowElement {
  const { acknowledgement: last, ends_at, timestamp, threshold } = episode
  const { context_size: context, model, operation } = episode
  const where = [several ? episode.service : null, model, operation, context && formatContext(context)]
  const lasted =
    ends_at === null
      ? [element('em', {}, 'firing for ', sinceOf(timestamp))]
      : [formatDuration(ends_at - timestamp), element('small', {}, endingOf(episode))]
  const links = alertLinks(episode)
  const limits = threshold === null ? [] : [threshold]
  const contents: readonly (readonly (Node | string | null)[])[] = [
    [badge(episode.level ?? 'alert')],
    [timeOf(timestamp)],
    [
      alertLink(address, episode.id, titleOf(episode, kpi)),
      links.length > 0 ? element('small', {}, ...links.flatMap((link) => [link, ' '])) : null,
    ],
    [where.filter((part) => part !== null && part !== '').join(' · ') || '–'],
    [kpi ? valueElement(episode.peak_value, kpi, limits) : '–'],
    [kpi && threshold !== null ? conditionOf(threshold, kpi) : '–'],
    lasted,
    [last ? last.by : '–', last?.comment ? element('small', {}, last.comment) : null],
  ]
  return element(
    'tr',
    { role: 'row', 'data-episode': String(episode.id) },
    ...columns.map((name, i) =>
      cell(name, isNumber(name) ? { class: 'number' } : {}, ...(contents[i] ?? [])),
    ),
  )
}

function isNumber(column: string): boolean {
  return column === 'Worst' || column === 'Threshold'
}
