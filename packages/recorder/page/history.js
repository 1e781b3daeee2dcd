import { scopeQuery } from './address.js'
import { alertLinks } from './alert-links.js'
import { ask } from './ask.js'
import { byId, cell, columnHead, element, table } from './element.js'
import { formatContext, formatRound, valueElement } from './format.js'
import { showList } from './keyed.js'
import { badge } from './level.js'
import { formatDuration, sinceOf, timeOf } from './time.js'

const pageSize = 20
const ends = {
  resolved: 'resolved',
  reconciled: 'ended while nobody told',
  superseded: 'began anew',
  rule_removed: 'its rule was removed',
}
const columns = ['Level', 'Began', 'What', 'Model', 'Worst', 'Threshold', 'Lasted', 'Acknowledged']

const body = element('tbody', { role: 'rowgroup' })
let scope = ''
/** Pages that were asked for beyond the first, oldest last. */
let older = []

/** The newest episodes of the window, open or over; older ones on demand. */
export async function showHistory(address, data) {
  const query = scopeQuery(address)
  if (query !== scope) older = []
  scope = query
  const { episodes } = await ask(`/api/episodes?${query}&limit=${pageSize}`)
  if (query !== scope) return
  show([...episodes, ...older.filter(({ id }) => !episodes.some((other) => other.id === id))], data)
}

/** Starts with an empty table. */
export function startHistory(current) {
  byId('history-list').append(
    table(
      'Alert episodes, newest first',
      columns.map((name) => columnHead(name)),
      body,
    ),
  )
  byId('history-more').addEventListener('click', async () => {
    const { address, data } = current()
    const before = body.lastElementChild?.dataset.episode
    const { episodes } = await ask(`/api/episodes?${scopeQuery(address)}&limit=${pageSize}&before=${before}`)
    older = [...older, ...episodes]
    await showHistory(address, data)
    if (episodes.length < pageSize) byId('history-more').hidden = true
  })
}

function show(episodes, data) {
  const total = data.alert_summary.total_alerts
  byId('history-count').textContent = total > 0 ? total.toLocaleString('en') : ''
  byId('history-none').hidden = episodes.length > 0
  byId('history-list').hidden = episodes.length === 0
  byId('history-more').hidden = episodes.length >= total
  const kpis = new Map(data.kpis.map((kpi) => [kpi.id, kpi]))
  showList(
    body,
    episodes,
    ({ id }) => String(id),
    (episode) => row(episode, kpis.get(episode.metric_type)),
  )
}

/** How an alert ended; one that ended as it began turned out to be the one before it, which went on. */
function endOf({ closed_how, ends_at, timestamp }) {
  if (closed_how === 'superseded' && ends_at === timestamp) return 'was part of the one before'
  return ends[closed_how] ?? closed_how
}

function row(episode, kpi) {
  const { acknowledgement: last, ends_at, timestamp } = episode
  const value = (number) => (kpi ? valueElement(number, kpi) : '–')
  const lasted =
    ends_at === null
      ? [element('em', {}, 'firing for ', sinceOf(timestamp))]
      : [formatDuration(ends_at - timestamp), element('small', {}, endOf(episode))]
  const links = alertLinks(episode)
  const contents = [
    [{}, badge(episode.level)],
    [{}, timeOf(timestamp)],
    [
      {},
      kpi && episode.model ? `${kpi.title} of ${episode.model}` : episode.message,
      links.length > 0 ? element('small', {}, ...links.flatMap((link) => [link, ' '])) : null,
    ],
    [{}, episode.model ? `${episode.model} · ${formatContext(episode.context_size)}` : '–'],
    [{ class: 'number' }, value(episode.peak_value)],
    [{ class: 'number' }, kpi && episode.threshold !== null ? formatRound(episode.threshold, kpi.unit) : '–'],
    [{}, ...lasted],
    [{}, last ? last.by : '–', last?.comment ? element('small', {}, last.comment) : null],
  ]
  return element(
    'tr',
    { role: 'row', 'data-episode': String(episode.id) },
    ...contents.map(([attributes, ...children], i) => cell(columns[i], attributes, ...children)),
  )
}
