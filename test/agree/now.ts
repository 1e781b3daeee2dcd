import type { Kpi } from '@mnemoscope/kpi'
import type { Shown } from '../dashboards/agreement/shown.js'
import type { Book, Known, Showing } from './book.js'
import type { Checked } from './look.js'
import { newestValue, together } from './shown-values.js'
import { numberIn, type Table, tablesOfText } from './tables.js'
import { config } from './traffic.js'
import type { Range } from './truth.js'

const byTitle = new Map(
  Object.values(config.kpis).map((kpi): [string, Kpi] => [kpi.title.toLowerCase(), kpi]),
)

/** The KPI of a title. */
export function kpiOf(title: string): Kpi {
  // What the value is of may stand behind it in brackets.
  const kpi = byTitle.get(title.toLowerCase().replace(/ \(\w+\)$/, ''))
  if (kpi === undefined) throw new Error(`${title} is no KPI`)
  return kpi
}
/** A time span in words, rounded to its unit: `90 s`, `15 min`, `3 h`. */
export function secondsOf(text: string): Shown | null {
  const [, number, unit = ''] = /^(\d+) (s|min|h)\b/.exec(text) ?? []
  if (number === undefined) return null
  const size = { s: 1, min: 60, h: 3_600 }[unit] ?? 1
  return { value: Number(number) * size, within: size / 2 }
}

/** What fires: the value that each alert is judged by, its threshold, and since when. */
export function compareFiring(surface: string, { head, rows }: Table, checked: Checked, book: Book): void {
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

export async function compareNow(checked: Checked, top: string, status: string, book: Book): Promise<void> {
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
