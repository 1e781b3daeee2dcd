import type { Known } from './book.js'
import type { Checked } from './look.js'
import { checkSeconds } from './recorded.js'
import type { KnownAlert, Range, Truth } from './truth.js'
import { extremeOf, seriesKey } from './window.js'

/** What an alert may show now: the evaluations of the last minutes. */
export function newestValue(alert: KnownAlert, { truth, time }: Checked): Range {
  const now = Date.now() / 1_000 - time.start
  return together(shownFrom(alert, truth, now - 120, now + 30))
}

/** What an alert may have shown at evaluations from one second to another. */
export function shownFrom(alert: KnownAlert, truth: Truth, from: number, to: number): Range[] {
  const first = Math.ceil(from / checkSeconds) * checkSeconds
  const times = Array.from(
    { length: Math.floor((to - first) / checkSeconds) + 1 },
    (_, i) => first + i * checkSeconds,
  )
  return times.flatMap((second) => truth.shownBy(alert, second) ?? [])
}

/** One range for several: the least of the low ends, the greatest of the high ones. */
export function together(all: readonly Range[]): Range {
  return { low: Math.min(...all.map(({ low }) => low)), high: Math.max(...all.map(({ high }) => high)) }
}

/** What an alert showed while it fired: at first, and at worst. */
export function shownValues(alert: KnownAlert, { truth, time }: Checked): { first: Range; worst: Range } {
  const until = alert.to === undefined ? Date.now() / 1_000 - time.start : alert.to - checkSeconds
  const worst = alert.kpi.direction === 'higher_is_better' ? Math.min : Math.max
  return {
    first: together(shownFrom(alert, truth, alert.from, alert.from)),
    worst: extremeOf(shownFrom(alert, truth, alert.from, until), worst),
  }
}

/** When each alert began and ended, and its values. */
export function knownAlerts(checked: Checked): Known {
  const { truth, time } = checked
  return new Map(
    truth.alerts.flatMap((alert): [string, number | Range | null][] => {
      const key = `${alert.kpi.id} ${seriesKey(alert)} ${alert.severity}`
      const { first, worst } = shownValues(alert, checked)
      return [
        [`began ${key}`, time.start + alert.from],
        [`ended ${key}`, alert.to === undefined ? null : time.start + alert.to],
        [`threshold ${key}`, alert.kpi.thresholds[alert.severity] ?? null],
        [`at start ${key}`, first],
        [`worst ${key}`, worst],
      ]
    }),
  )
}
