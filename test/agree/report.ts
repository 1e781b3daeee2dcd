import type { Kpi } from '@mnemoscope/kpi'
import type { AnswerOf } from '@mnemoscope/recorder'
import { readOff } from '../dashboards/agreement/shown.js'
import { mnemoscope } from '../harness/command.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import type { Book, Showing } from './book.js'
import { compareDashboard } from './dashboard-data.js'
import { descriptionsOf } from './described.js'
import type { Checked, Look } from './look.js'
import { compareFiring, compareNow, kpiOf, secondsOf } from './now.js'
import { numberIn, type Table, tablesOfHtml, tablesOfMarkdown, tablesOfText } from './tables.js'
import { config } from './traffic.js'
import type { Range } from './truth.js'
import { grouped, meanOf, seriesKey, totalsOf } from './window.js'

const kpis: readonly Kpi[] = Object.values(config.kpis)

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
  for (const [title = '', average = '', lowest = '', highest = '', of = '', quantile = ''] of summary.rows) {
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
    const ofAll = /\((p\d+ of ([\d,]+) operations?)\)/.exec(quantile)
    shown.push({ of: `quantile ${id}`, value: numberIn(quantile), meaning: ofAll?.[1] ?? 'none' })
    known.set(`quantile ${id}`, totals.quantile)
    if (ofAll?.[2] !== undefined) {
      shown.push({ of: `operations of the quantile ${id}`, value: readOff(ofAll[2]), meaning: ofAll[1] })
      known.set(`operations of the quantile ${id}`, totals.samples)
    }
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
