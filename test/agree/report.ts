import type { Kpi } from '@mnemoscope/kpi'
import type { AnswerOf } from '@mnemoscope/recorder'
import { readOff, type Shown } from '../dashboards/agreement/shown.js'
import { mnemoscope } from '../harness/command.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { compareDashboard, descriptionsOf } from './api.js'
import type { Book, Known, Showing } from './book.js'
import type { Checked, Look } from './look.js'
import { newestValue, together } from './shown-values.js'
import { numberIn, type Table, tablesOfHtml, tablesOfMarkdown, tablesOfText } from './tables.js'
import { config } from './traffic.js'
import type { Range } from './truth.js'
import { grouped, meanOf, seriesKey, totalsOf } from './window.js'

const kpis: readonly Kpi[] = Object.values(config.kpis)
const byTitle = new Map(kpis.map((kpi) => [kpi.title.toLowerCase(), kpi]))

/** Compares `mnemoscope report` in each of its forms, `status` and `top`. */
export async function checkReports(checked: Checked, book: Book): Promise<void> {
  const { running, looks } = checked
  const folder = temporaryFolder('agree-report')
  const run = async (...args: readonly string[]) => {
    const { stdout, stderr } = await mnemoscope(folder.path, [...args, '--url', running.url])
    if (stdout === '') throw new Error(stderr)
    return stdout
  }
  try {
    const described = await descriptionsOf(running.url)
    for (const look of Object.values(looks)) {
      const args = ['report', '--from', look.from.toISOString(), '--to', look.to.toISOString()]
      const [json, text, markdown, html] = await Promise.all([
        run(...args, '--json'),
        run(...args),
        run(...args, '--markdown'),
        run(...args, '--html'),
      ])
      const data = JSON.parse(json) as AnswerOf<'GET /api/dashboard'>
      compareDashboard('report --json', data, look, described, checked, book)
      const stepSeconds = new Map(
        kpis.map(({ id }) => [id, stepOf(data.trend_details[id]?.points.map(([at]) => at) ?? [])]),
      )
      const forms = {
        report: tablesOfText(text),
        'report --markdown': tablesOfMarkdown(markdown),
        'report --html': tablesOfHtml(html),
      }
      for (const [surface, tables] of Object.entries(forms))
        compareTables(surface, tables, look, checked, stepSeconds, book)
    }
    await compareNow(checked, await run('top', '--once'), await run('status', '--json').catch(String), book)
  } finally {
    folder.remove()
  }
}

function stepOf(times: readonly number[]): number {
  return Math.min(...times.slice(1).map((at, i) => at - (times[i] ?? at)))
}

function compareTables(
  surface: string,
  tables: readonly Table[],
  look: Look,
  checked: Checked,
  steps: ReadonlyMap<string, number>,
  book: Book,
): void {
  const table = (title: string) => {
    const found = tables.find((each) => each.title === title)
    if (found === undefined) throw new Error(`${surface} has no ${title}`)
    return found
  }
  const summary = table('PERFORMANCE SUMMARY')
  const shown: Showing[] = []
  const known = new Map<string, number | Range | null>()
  for (const [title = '', average = '', lowest = '', highest = '', of = ''] of summary.rows) {
    const { id } = kpiOf(title)
    const extreme = (name: string, cell: string, i: number) => {
      const inBrackets = /\((.*)\)/.exec(cell)?.[1]
      shown.push({
        of: `${name} ${id}`,
        value: numberIn(cell),
        meaning: cell === 'unknown' ? cell : inBrackets && `${summary.head[i]}: ${inBrackets}`,
      })
    }
    shown.push({
      of: `average ${id}`,
      value: numberIn(average),
      meaning: average === 'unknown' ? average : of,
    })
    extreme('lowest', lowest, 2)
    extreme('highest', highest, 3)
    const totals = totalsOf(look.rows.filter(({ kpi }) => kpi.id === id))
    known.set(`average ${id}`, totals.mean)
    known.set(`lowest ${id}`, totals.lowest)
    known.set(`highest ${id}`, totals.highest)
    // The words have a number too: over how many operations.
    const count = /^(?:mean|ratio) of ([\d,]+) (?:operation|reading)s?$/.exec(of)?.[1]
    if (count !== undefined) {
      shown.push({ of: `samples ${id}`, value: readOff(count), meaning: of })
      known.set(`samples ${id}`, totals.samples)
    }
  }
  const snapshots = /^([\d,]+) snapshots?\./.exec(summary.note)?.[1]
  shown.push({ of: 'snapshots', value: readOff(snapshots ?? ''), meaning: summary.note })
  known.set('snapshots', new Set(look.rows.map((row) => `${seriesKey(row)} ${row.minute}`)).size)

  const trends = table('PERFORMANCE TRENDS')
  for (const [title = '', , now = ''] of trends.rows) {
    const { id } = kpiOf(title)
    shown.push({
      of: `trend ${id}`,
      value: numberIn(now),
      meaning: /snapshot/.test(trends.note) ? trends.note : undefined,
    })
    known.set(`trend ${id}`, lastStep(id, look, checked, steps.get(id) ?? 60))
  }

  const models = table('MODEL PERFORMANCE')
  for (const [head = '', ...cells] of models.rows) {
    const [, model = '', operation = ''] = /^(.*?)(?: \((.*)\))?$/.exec(head) ?? []
    const own = look.rows.filter(({ place }) => place.model === model && place.operation === operation)
    models.head.slice(1).forEach((column, i) => {
      const cell = cells[i] ?? ''
      if (column === 'snapshots') {
        shown.push({ of: `snapshots ${head}`, value: numberIn(cell), meaning: column })
        known.set(`snapshots ${head}`, new Set(own.map((row) => `${seriesKey(row)} ${row.minute}`)).size)
        return
      }
      const { id } = kpiOf(column)
      const totals = totalsOf(own.filter(({ kpi }) => kpi.id === id))
      shown.push({
        of: `mean ${id} ${head}`,
        value: numberIn(cell),
        meaning: cell === 'unknown' ? cell : models.note,
      })
      known.set(`mean ${id} ${head}`, totals.mean)
      const count = /\(([\d,]+)\)/.exec(cell)?.[1]
      if (cell !== 'unknown') {
        shown.push({
          of: `samples ${id} ${head}`,
          value: count === undefined ? null : readOff(count),
          meaning: models.note,
        })
        known.set(`samples ${id} ${head}`, totals.samples)
      }
    })
  }

  const { start } = checked.time
  const [from, to] = [look.from.getTime() / 1_000 - start, look.to.getTime() / 1_000 - start]
  const fired = checked.truth.alerts.filter(
    (alert) => alert.from <= to && (alert.to ?? Number.POSITIVE_INFINITY) >= from,
  )
  const alerts = table('ALERT SUMMARY')
  for (const [level = '', within = '', open = ''] of alerts.rows) {
    const own = fired.filter(({ severity }) => severity === level.toLowerCase())
    shown.push({ of: `${level} alerts`, value: numberIn(within), meaning: alerts.head[1] })
    known.set(`${level} alerts`, own.length)
    shown.push({ of: `${level} open`, value: numberIn(open), meaning: alerts.head[2] })
    known.set(
      `${level} open`,
      checked.truth.alerts.filter(
        ({ severity, to: end }) => severity === level.toLowerCase() && end === undefined,
      ).length,
    )
  }
  book.compare(surface, shown, known)
  compareRecent(surface, table('RECENT ALERTS'), checked, book)
  const firing = tables.find(({ title }) => title === 'WHAT TO DO')
  if (firing !== undefined) compareFiring(surface, firing, checked, book)
}

function kpiOf(title: string): Kpi {
  // What the value is of may stand behind it in brackets.
  const kpi = byTitle.get(title.toLowerCase().replace(/ \(\w+\)$/, ''))
  if (kpi === undefined) throw new Error(`${title} is no KPI`)
  return kpi
}

/** The last step of a trend: the mean of the snapshots' values of all series. */
function lastStep(id: string, look: Look, { time }: Checked, step: number): Range | null {
  const own = look.rows.filter(({ kpi, value }) => kpi.id === id && value !== undefined)
  const steps = [
    ...grouped(own, ({ minute }) => String(Math.floor((time.start + minute * 60) / step) * step)),
  ]
  const last = steps.toSorted(([a], [b]) => Number(a) - Number(b)).at(-1)
  return last === undefined ? null : meanOf(last[1].flatMap(({ value }) => value ?? []))
}

/** When alerts began, and for how long they lasted. */
function compareRecent(surface: string, { head, rows }: Table, { truth, time }: Checked, book: Book): void {
  const known = new Map<string, Range | number>()
  const lengths = new Set(truth.alerts.flatMap(({ from, to }) => (to === undefined ? [] : [to - from])))
  const shown = rows.flatMap(([began = '', level = '', lasted = '']): Showing[] => {
    const at = Date.parse(began.replace(' UTC', 'Z').replace(' ', 'T')) / 1_000
    const matching = truth.alerts.filter(
      (alert) => time.start + alert.from === at && alert.severity === level.toLowerCase(),
    )
    const key = `${began} ${level} ${lasted}`
    const seconds = secondsOf(lasted)
    known.set(`began ${key}`, matching.length === 0 ? -1 : at)
    const own = matching.map(({ from, to }) => (to === undefined ? undefined : to - from))
    const length = own.find(
      (each) => each !== undefined && seconds !== null && Math.abs(each - seconds.value) <= seconds.within,
    )
    if (seconds !== null) known.set(`lasted ${key}`, length ?? [...lengths][0] ?? -1)
    return [
      { of: `began ${key}`, value: at, meaning: head[0] },
      ...(seconds === null ? [] : [{ of: `lasted ${key}`, value: seconds, meaning: head[2] }]),
    ]
  })
  book.compare(`${surface}`, [...new Map(shown.map((each) => [each.of, each])).values()], known, 'isPart')
}

/** A time span in words, rounded to its unit: `90 s`, `15 min`, `3 h`. */
function secondsOf(text: string): Shown | null {
  const [, number, unit = ''] = /^(\d+) (s|min|h)\b/.exec(text) ?? []
  if (number === undefined) return null
  const size = { s: 1, min: 60, h: 3_600 }[unit] ?? 1
  return { value: Number(number) * size, within: size / 2 }
}

/** What fires: the value that each alert is judged by, its threshold, and since when. */
function compareFiring(surface: string, { head, rows }: Table, checked: Checked, book: Book): void {
  const { truth, time } = checked
  const column = (row: readonly string[], name: string) => row[head.indexOf(name)] ?? ''
  const known = new Map<string, number | Range | null>()
  const shown = rows.flatMap((row): Showing[] => {
    const what = column(row, 'what')
    const [, title = '', model = '', operation = '', size = ''] =
      /^(.*?) of (\S+)(?: \((.*?)\))?(?: in \S+)?, context (\S+)$/.exec(what) ?? []
    const severity = column(row, 'level').toLowerCase()
    const alert = truth.alerts.find(
      (each) =>
        each.kpi.title === title &&
        each.place.model === model &&
        each.place.operation === operation &&
        each.place.contextSize === size &&
        each.severity === severity &&
        each.to === undefined,
    )
    if (alert === undefined) throw new Error(`${surface}: ${what} does not fire`)
    known.set(`threshold ${what}`, alert.kpi.thresholds[alert.severity] ?? null)
    known.set(`now ${what}`, newestValue(alert, checked))
    const since = secondsOfDay(column(row, 'since'))
    known.set(`since ${what}`, (time.start + alert.from) % 86_400)
    return [
      { of: `threshold ${what}`, value: numberIn(column(row, 'threshold')), meaning: 'threshold' },
      { of: `now ${what}`, value: numberIn(column(row, 'now')), meaning: 'now' },
      { of: `since ${what}`, value: since, meaning: 'since' },
    ]
  })
  book.compare(surface, shown, known)
}

function secondsOfDay(text: string): number {
  const [, hours, minutes, seconds] = /(\d\d):(\d\d):(\d\d) UTC/.exec(text) ?? []
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)
}

async function compareNow(checked: Checked, top: string, status: string, book: Book): Promise<void> {
  const [now, firing] = ['NOW', 'FIRING'].map((title) =>
    tablesOfText(top).find((table) => table.title === title),
  )
  if (now === undefined || firing === undefined) throw new Error(`top shows no table: ${top}`)
  const { truth, time } = checked
  const newest = Math.floor((Date.now() / 1_000 - time.start) / 60)
  const known = new Map<string, Range | null>()
  const shown = now.rows.flatMap((row): Showing[] => {
    const place = row.slice(0, 4).join(' ')
    return now.head.slice(4).map((column, i) => {
      const { id } = kpiOf(column)
      const rows = truth.rows.filter(
        (each) =>
          each.kpi.id === id &&
          [each.place.service, each.place.model, each.place.operation, each.place.contextSize].join(' ') ===
            place &&
          each.minute >= newest - 2 &&
          each.minute <= newest,
      )
      const values = rows.flatMap(({ value }) => value ?? [])
      known.set(`${id} ${place}`, values.length === 0 ? null : together(values))
      return { of: `${id} ${place}`, value: numberIn(row[4 + i] ?? ''), meaning: now.note }
    })
  })
  book.compare('top', shown, known)
  compareFiring('top', firing, checked, book)
  const { line, open } = JSON.parse(status) as { line: string; open: number }
  book.compare(
    'status',
    [{ of: 'open', value: open, meaning: 'open' }],
    new Map([['open', truth.alerts.filter(({ to }) => to === undefined).length]]) as Known,
  )
  const [, value] = /now (\S+(?: \S+)?) \(/.exec(line) ?? []
  const worst = truth.alerts
    .filter(({ to }) => to === undefined)
    .toSorted((a, b) => rankOf(b) - rankOf(a) || a.from - b.from)[0]
  if (worst !== undefined)
    book.compare(
      'status',
      [{ of: 'now', value: numberIn(value ?? ''), meaning: line }],
      new Map([['now', newestValue(worst, checked)]]),
    )
}

const rankOf = ({ severity }: { severity: string }) => ['warning', 'error', 'critical'].indexOf(severity)
