import type { Kpi } from '@mnemoscope/kpi'
import type { Browser, Page } from 'playwright-core'
import { ofData } from '../dashboards/agreement/read-page.js'
import { readOff } from '../dashboards/agreement/shown.js'
import { findChromium, launchChromium, openPage } from '../harness/chromium.js'
import type { Book, Showing } from './book.js'
import type { Checked, Look } from './look.js'
import { checkCharts, sizes } from './page-charts.js'
import { newestValue, shownValues } from './shown-values.js'
import { config } from './traffic.js'
import type { KnownAlert, KnownRow, Range } from './truth.js'
import { grouped, seriesKey, totalsOf } from './window.js'

const kpis: readonly Kpi[] = Object.values(config.kpis)

/**
 * Compares every number of the page, read from what a browser shows.
 * @param charts KPIs whose charts are read, point by point
 */
export async function checkPage(checked: Checked, book: Book, charts: readonly string[]): Promise<void> {
  const chromium = await findChromium()
  if ('missing' in chromium) throw new Error(chromium.missing)
  const browser: Browser = await launchChromium(chromium)
  try {
    for (const look of Object.values(checked.looks)) {
      const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } })
      const address = `${checked.running.url}/?from=${look.from.toISOString()}&to=${look.to.toISOString()}`
      const problems = await openPage(page, address)
      if (problems.length > 0) throw new Error(problems.join('; '))
      await checkTables(page, look, book)
      await checkCharts(page, look, checked, charts, book)
      await checkAlerts(page, look, checked, book)
      await checkNothingIsLeft(page, book)
      await page.close()
    }
  } finally {
    await browser.close()
  }
}

/** A cell of a table of the page, with what stands beside its number. */
interface Cell {
  readonly row: Readonly<Record<string, string>>
  readonly column: string
  readonly value: string
  readonly text: string
  readonly notes: readonly string[]
  /** Whether it is such a note itself. */
  readonly isBelow: boolean
  readonly caption: string
}

function cellsOf(page: Page, section: string): Promise<Cell[]> {
  return page.locator(`#${section} tbody td data`).evaluateAll((all) =>
    all.map((node) => {
      const row = node.closest('tr')
      const cells = [...(row?.querySelectorAll('td[data-column]') ?? [])].map((cell) => [
        cell.getAttribute('data-column') ?? '',
        cell.firstChild?.textContent ?? '',
      ])
      const cell = node.closest('td')
      return {
        row: { ...Object.fromEntries(cells), Model: row?.querySelector('th')?.textContent ?? '' },
        column: cell?.dataset.column ?? '',
        value: node.getAttribute('value') ?? '',
        text: node.textContent ?? '',
        notes: [...(cell?.querySelectorAll('small') ?? [])].map((small) => small.textContent ?? ''),
        isBelow: node.closest('small') !== null,
        caption: node.closest('table')?.querySelector('caption')?.textContent ?? '',
      }
    }),
  )
}

async function checkTables(page: Page, look: Look, book: Book): Promise<void> {
  const newest = (await cellsOf(page, 'newest')).map(
    ({ row, column, caption, isBelow: _, ...data }): Showing => {
      const { Service, Model, Operation = '', Context = '' } = row
      return {
        of: `newest ${kpiOf(column).id} ${[Service, Model, sizes.get(Context), Operation].join(' ')}`,
        value: ofData(data),
        meaning: caption,
      }
    },
  )
  const known = new Map<string, Range | number | null>()
  const until = look.rows.reduce((last, { minute }) => Math.max(last, minute), 0)
  for (const row of look.rows)
    if (row.minute === until && row.value !== undefined)
      known.set(`newest ${row.kpi.id} ${seriesKey(row)}`, row.value)
  book.compare('page, newest values', newest, known)

  const comparison: Showing[] = []
  const means = new Map<string, Range | number | null>()
  for (const { row, column, notes, caption, isBelow, ...data } of await cellsOf(page, 'comparison')) {
    const place = `${row.Model} (${row.Operation})`
    const value = ofData(data)
    if (column === 'Snapshots') {
      comparison.push({ of: `snapshots ${place}`, value, meaning: column })
      continue
    }
    const { id } = kpiOf(column)
    const [of, ofAll] = notes.filter((note) => note !== 'best')
    // Below the mean, a quantile of all operations.
    if (isBelow) {
      const [, text, operations] = /(p\d+ of ([\d,]+) operations?)$/.exec(ofAll ?? '') ?? []
      comparison.push({ of: `quantile ${id} ${place}`, value, meaning: text })
      comparison.push({
        of: `operations of it ${id} ${place}`,
        value: readOff(operations ?? ''),
        meaning: text,
      })
      continue
    }
    comparison.push({ of: `mean ${id} ${place}`, value, meaning: of && `${caption}: ${of}` })
    const count = /of ([\d,]+) /.exec(of ?? '')?.[1]
    comparison.push({ of: `samples ${id} ${place}`, value: readOff(count ?? ''), meaning: of })
  }
  for (const [place, rows] of grouped(
    look.rows,
    ({ place: { model, operation } }) => `${model} (${operation})`,
  )) {
    means.set(`snapshots ${place}`, new Set(rows.map((row) => `${seriesKey(row)} ${row.minute}`)).size)
    for (const [id, own] of grouped(rows, ({ kpi }) => kpi.id)) {
      const { mean, samples, snapshots, quantile } = totalsOf(own)
      if (quantile !== null) {
        means.set(`quantile ${id} ${place}`, quantile)
        means.set(`operations of it ${id} ${place}`, samples)
      }
      means.set(`mean ${id} ${place}`, mean)
      means.set(`samples ${id} ${place}`, mean === null ? null : (samples ?? snapshots))
    }
  }
  book.compare('page, model comparison', comparison, means)
}

function kpiOf(title: string): Kpi {
  const kpi = kpis.find((each) => each.title === title)
  if (kpi === undefined) throw new Error(`${title} is no KPI`)
  return kpi
}

/** What fires, and the history of alerts. */
async function checkAlerts(page: Page, look: Look, checked: Checked, book: Book): Promise<void> {
  const { truth, time } = checked
  const open = truth.alerts.filter(({ to }) => to === undefined)
  const places = grouped(open as unknown as KnownRow[], (alert) => `${alert.kpi.id} ${seriesKey(alert)}`)
  const count = readOff((await page.locator('#firing-count').textContent()) ?? '')
  book.compare(
    'page, alerts',
    [{ of: 'firing', value: count, meaning: await headOf(page, 'firing') }],
    new Map([['firing', places.size]]),
  )
  const [from, to] = [look.from.getTime() / 1_000 - time.start, look.to.getTime() / 1_000 - time.start]
  const fired = truth.alerts.filter(
    (alert) => alert.from <= to && (alert.to ?? Number.POSITIVE_INFINITY) >= from,
  )
  const total = readOff((await page.locator('#history-count').textContent()) ?? '')
  book.compare(
    'page, alerts',
    [{ of: 'history', value: total, meaning: await headOf(page, 'history') }],
    new Map([['history', fired.length]]),
  )

  const figures = await page.locator('.alert .figures data').evaluateAll((all) =>
    all.map((node) => ({
      head: node.closest('.alert')?.querySelector('h3')?.textContent ?? '',
      level: node.closest('.alert')?.querySelector('.badge')?.textContent ?? '',
      name: node.closest('div')?.querySelector('dt')?.textContent ?? '',
      value: node.getAttribute('value') ?? '',
      text: node.textContent ?? '',
    })),
  )
  const known = new Map<string, Range | number | null>()
  const shown = figures.map(({ head, level, name, ...data }): Showing => {
    const alert = open.find(
      ({ kpi, place, severity }) =>
        head === `${kpi.title} of ${place.model} (${place.operation})` && severity === level.toLowerCase(),
    )
    const of = `${name} ${head} ${level}`
    if (alert !== undefined) known.set(of, shownValue(name, alert, checked))
    return { of, value: ofData(data), meaning: name }
  })
  book.compare('page, alerts', shown, known)

  const rows = await page.locator('#history tbody tr').evaluateAll((all) =>
    all.map((row) => ({
      level: row.querySelector('[data-column="Level"]')?.textContent ?? '',
      began: row.querySelector('[data-column="Began"] time')?.getAttribute('datetime') ?? '',
      what: row.querySelector('[data-column="What"]')?.firstChild?.textContent ?? '',
      where: row.querySelector('[data-column="Where"]')?.textContent ?? '',
      worst: row.querySelector('[data-column="Worst"] data')?.getAttribute('value') ?? '',
      threshold: row.querySelector('[data-column="Threshold"]')?.textContent ?? '',
      lasted: row.querySelector('[data-column="Lasted"]')?.firstChild?.textContent ?? '',
    })),
  )
  const history: Showing[] = []
  const truths = new Map<string, Range | number | null>()
  for (const { level, began, what, where, worst, threshold, lasted } of rows) {
    const at = Date.parse(began) / 1_000
    const key = `${level} ${what} ${where} ${began}`
    const alert = truth.alerts.find(
      (each) =>
        time.start + each.from === at &&
        each.severity === level.toLowerCase() &&
        what.startsWith(`${each.kpi.title} `) &&
        where.includes(each.place.model) &&
        where.endsWith(` ${[...sizes].find(([, text]) => text === each.place.contextSize)?.[0]}`),
    )
    history.push({ of: `began ${key}`, value: at, meaning: 'Began' })
    if (alert === undefined) continue
    truths.set(`began ${key}`, time.start + alert.from)
    history.push({ of: `threshold ${key}`, value: readOff(threshold), meaning: 'Threshold' })
    truths.set(`threshold ${key}`, alert.kpi.thresholds[alert.severity] ?? null)
    if (worst !== '') {
      history.push({ of: `worst ${key}`, value: Number(worst), meaning: 'Worst' })
      truths.set(`worst ${key}`, shownValue('worst', alert, checked))
    }
    if (alert.to !== undefined) {
      const seconds = spanOf(lasted)
      history.push({ of: `lasted ${key}`, value: { value: seconds, within: 0.5 }, meaning: 'Lasted' })
      truths.set(`lasted ${key}`, alert.to - alert.from)
    }
  }
  book.compare('page, alerts', history, truths)
}

/** What an alert's card or row says, by plain code. */
function shownValue(name: string, alert: KnownAlert, checked: Checked): Range | number | null {
  if (name === 'newest') return newestValue(alert, checked)
  return shownValues(alert, checked)[name === 'at start' ? 'first' : 'worst']
}

function spanOf(text: string): number {
  const factors: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600 }
  return [...text.matchAll(/(\d+) (h|min|s)\b/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (factors[unit ?? ''] ?? 1),
    0,
  )
}

async function headOf(page: Page, section: string): Promise<string> {
  return (await page.locator(`#${section}-title`).textContent()) ?? ''
}

/** A number that no comparison above has read is one too many. */
async function checkNothingIsLeft(page: Page, book: Book): Promise<void> {
  const left = await page
    .locator('data')
    .evaluateAll((all) =>
      all
        .filter(
          (node) =>
            !node.closest(
              '#overall-status, #newest, #comparison, #history, .figures, .changes, .cause, .operations',
            ),
        )
        .map((node) => node.outerHTML),
    )
  book.compare(
    'page, alerts',
    left.map((html) => ({ of: html, value: 0, meaning: undefined })),
    new Map(),
  )
}
