import { ask, type ConfigAnswer, type ConfigChange } from './api.js'
import { byId, cell, columnHead, element, rowHead, setText, table, tableBody } from './dom.js'
import { formatExact } from './format.js'
import { type Thresholds, thresholdLevels } from './level.js'
import { showList } from './list.js'
import { timeOf } from './time.js'

type Config = ConfigAnswer['config']
type ConfigKpi = Config['kpis'][string]

const days = 30
const mostShown = 50

/** The configuration that the recorder works by, and what was changed of it. */
export async function showConfiguration(): Promise<void> {
  const query = { hours: days * 24, limit: mostShown }
  const [{ config, hash, problem }, { changes }] = await Promise.all([
    ask('GET /api/config'),
    ask('GET /api/config/changes', { query }),
  ])
  showProblem(problem)
  showList(
    byId('config-list'),
    [{ config, hash }],
    () => 'config',
    () => element('div', {}, settings(config, hash), thresholdTable(config)),
  )
  byId('config-changes-none').hidden = changes.length > 0
  byId('config-changes-more').hidden = changes.length < mostShown
  setText(byId('config-changes-more'), `These are the newest ${mostShown}. All: GET /api/config/changes.`)
  showList(byId('config-changes'), changes, ({ id }) => String(id), changeItem)
}

/** Said above everything else: the person who edited the file believes that the edit has been applied. */
function showProblem(problem: ConfigAnswer['problem']): void {
  byId('config-notice').hidden = problem === null
  if (problem === null) return
  showList(
    byId('config-notice'),
    [problem],
    () => 'problem',
    ({ at, message, next }) =>
      element(
        'span',
        {},
        'The edited configuration is not applied, found at ',
        timeOf(at),
        ': ',
        element('strong', {}, message),
        `. ${next} `,
        element('a', { href: '#configuration' }, 'What applies now'),
      ),
  )
}

function settings(config: Config, hash: string): HTMLDListElement {
  const fact = (name: string, value: Node | string) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value))
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

function thresholdTable({ kpis }: Config): HTMLDivElement {
  const rows = Object.values(kpis).flatMap((kpi) => [
    thresholdRow(kpi, kpi.title, kpi),
    ...kpi.overrides.map((override) =>
      thresholdRow(kpi, `– ${placeOf(override)}`, {
        statistic: override.statistic ?? kpi.statistic,
        operations: override.operations ?? kpi.operations,
        // A level that the override leaves out is the KPI's own.
        thresholds: { ...kpi.thresholds, ...override.thresholds },
      }),
    ),
  ])
  const heads = ['KPI', 'Statistic', 'Operations', ...thresholdLevels.map((level) => `${level} at`)]
  return element(
    'div',
    { class: 'scroll cards' },
    table(
      'Thresholds',
      heads.map((head) => columnHead(head)),
      tableBody(...rows),
    ),
  )
}

function thresholdRow(
  { direction, unit, instrument }: ConfigKpi,
  name: string,
  { statistic, operations, thresholds }: { statistic: string; operations: number; thresholds: Thresholds },
): HTMLTableRowElement {
  const sign = direction === 'higher_is_better' ? '≤' : '≥'
  return element(
    'tr',
    { role: 'row' },
    rowHead(name),
    cell('Statistic', {}, statistic),
    cell('Operations', {}, instrument === 'gauge' ? '–' : String(operations)),
    ...thresholdLevels.map((level) => {
      const limit = thresholds[level]
      return cell(`${level} at`, {}, limit === undefined ? '–' : `${sign} ${formatExact(limit, unit)}`)
    }),
  )
}

function placeOf({ model, operation, contextSize }: ConfigKpi['overrides'][number]): string {
  const context = contextSize === undefined ? [] : [`context ${contextSize.toLocaleString('en')}`]
  return [model, operation, ...context].filter((part) => part !== undefined).join(', ')
}

function changeItem({ at, by, source, summary, differences }: ConfigChange): HTMLLIElement {
  const what =
    source !== 'start'
      ? `changed by ${by} (${source})`
      : differences.length > 0
        ? 'changed while the recorder was not running'
        : 'the first on record'
  return element('li', {}, timeOf(at), `: ${what}`, ...whatChanged({ summary, differences }))
}

/** What a change did, in sentences, with each setting behind a click; nothing where nothing differs. */
function whatChanged({ summary, differences }: Pick<ConfigChange, 'summary' | 'differences'>): HTMLElement[] {
  const settings = settingsOf(differences)
  return settings === null
    ? []
    : [element('ul', {}, ...summary.map((text) => element('li', {}, text))), settings]
}

/** Each setting of a change, behind a click; null where nothing differs. */
export function settingsOf(differences: ConfigChange['differences']): HTMLDetailsElement | null {
  if (differences.length === 0) return null
  const items = differences.map(({ path, before, after }) =>
    element('li', {}, element('code', {}, path), ` ${changeText(before, after)}`),
  )
  const count = `${items.length} setting${items.length === 1 ? '' : 's'}`
  return element('details', {}, element('summary', {}, count), element('ul', {}, ...items))
}

/** Of lists only what differs: buckets are many, and two of them may have moved. */
function changeText(before: unknown, after: unknown): string {
  if (!Array.isArray(before) || !Array.isArray(after)) return `${textOf(before)} → ${textOf(after)}`
  const [old, next] = [before.map(textOf), after.map(textOf)]
  const removed = old.filter((item) => !next.includes(item))
  const added = next.filter((item) => !old.includes(item))
  const parts = [
    removed.length > 0 ? `without ${removed.join(', ')}` : '',
    added.length > 0 ? `with ${added.join(', ')}` : '',
  ]
  return parts.filter((part) => part !== '').join(', ') || 'in another order'
}

function textOf(value: unknown): string {
  return value === undefined ? 'unset' : JSON.stringify(value)
}
