import { ask } from './ask.js'
import { byId, cell, columnHead, element, table } from './element.js'
import { formatRound } from './format.js'
import { showList } from './keyed.js'
import { timeOf } from './time.js'

const days30 = 30 * 24
const keepMs = 20_000
const mostShown = 50
const levels = ['warning', 'error', 'critical']

let asked
let askedAt = 0

/**
 * Changes of the configuration in the last 30 days, newest first: Unix seconds, who, what. Kept for a while, as several
 * parts of the page ask; none where the recorder keeps no record of them.
 */
export function configurationChanges() {
  if (asked === undefined || Date.now() - askedAt > keepMs) {
    askedAt = Date.now()
    asked = ask(`/api/config/changes?hours=${days30}`).then(
      ({ changes }) => changes,
      () => [],
    )
  }
  return asked
}

/** The configuration in force, and what was changed of it. */
export async function showConfiguration() {
  const { config, hash, problem } = await ask('/api/config')
  const changes = await configurationChanges()
  showProblem(problem)
  const content = { config, hash }
  showList(
    byId('config-list'),
    [content],
    () => 'config',
    () => element('div', {}, settings(config, hash), thresholds(config)),
  )
  byId('config-changes-none').hidden = changes.length > 0
  showList(byId('config-changes'), changes.slice(0, mostShown), ({ id }) => String(id), change)
}

/** That what is written is not in force is said above everything else: whoever edited it believes that it is. */
function showProblem(problem) {
  byId('config-notice').hidden = !problem
  if (!problem) return
  showList(
    byId('config-notice'),
    [problem],
    () => 'problem',
    ({ at, message, next }) =>
      element(
        'span',
        {},
        'The configuration as it is written is not in force, found at ',
        timeOf(at),
        ': ',
        element('strong', {}, message),
        `. ${next} `,
        element('a', { href: '#configuration' }, 'What is in force'),
      ),
  )
}

function settings(config, hash) {
  const fact = (name, value) => element('div', {}, element('dt', {}, name), element('dd', {}, value))
  return element(
    'dl',
    { class: 'facts' },
    fact('services', config.services.map(({ name }) => name).join(', ')),
    fact('snapshot every', config.snapshotInterval),
    fact('rules evaluated every', config.alertCheckInterval),
    fact('data kept for', `${config.dataRetentionDays} days`),
    fact('context sizes', config.contextSizes.map((size) => size.toLocaleString('en')).join(', ')),
    fact('SHA-256', element('code', { title: hash }, hash.slice(0, 12))),
  )
}

function thresholds({ kpis }) {
  const rows = Object.values(kpis).flatMap((kpi) => [
    row(kpi, kpi.title, kpi),
    ...kpi.overrides.map((override) =>
      row(kpi, `– ${placeOf(override)}`, {
        ...kpi,
        ...override,
        // A level that the override leaves out is the KPI's own.
        thresholds: { ...kpi.thresholds, ...override.thresholds },
      }),
    ),
  ])
  const heads = ['KPI', 'Judged by', 'Over', ...levels.map((level) => `${level} at`)]
  return element(
    'div',
    { class: 'scroll cards' },
    table(
      'Thresholds in force',
      heads.map((head) => columnHead(head)),
      element('tbody', { role: 'rowgroup' }, ...rows),
    ),
  )
}

function row(kpi, name, { statistic, window, thresholds }) {
  const sign = kpi.direction === 'higher_is_better' ? '≤' : '≥'
  return element(
    'tr',
    { role: 'row' },
    element('th', { scope: 'row', role: 'rowheader' }, name),
    cell('Judged by', {}, statistic),
    cell('Over', {}, window),
    ...levels.map((level) =>
      cell(
        `${level} at`,
        {},
        thresholds[level] === undefined ? '–' : `${sign} ${formatRound(thresholds[level], kpi.unit)}`,
      ),
    ),
  )
}

function placeOf({ model, contextSize }) {
  return [model, contextSize && `context ${contextSize.toLocaleString('en')}`].filter(Boolean).join(', ')
}

function change({ at, by, source, differences }) {
  const shown = differences.map(({ path, before, after }) =>
    element('li', {}, element('code', {}, path), ` ${changed(before, after)}`),
  )
  const what =
    source !== 'start'
      ? `changed by ${by} (${source})`
      : shown.length > 0
        ? 'changed while the recorder was away'
        : 'the first on record'
  return element('li', {}, timeOf(at), `: ${what}`, shown.length > 0 ? element('ul', {}, ...shown) : null)
}

/** Of lists only what differs: buckets are many, and two of them may have moved. */
function changed(before, after) {
  if (!Array.isArray(before) || !Array.isArray(after)) return `${text(before)} → ${text(after)}`
  const onlyIn = (list, other) => list.filter((item) => !other.some((each) => text(each) === text(item)))
  const parts = [
    ['without', onlyIn(before, after)],
    ['with', onlyIn(after, before)],
  ]
  const told = parts.filter(([, items]) => items.length > 0)
  return told.map(([word, items]) => `${word} ${items.map(text).join(', ')}`).join(', ') || 'in another order'
}

function text(value) {
  return value === undefined ? 'unset' : JSON.stringify(value)
}
