import type { Kpi } from '@mnemoscope/kpi'
import type { Page } from 'playwright-core'
import { readOff } from '../dashboards/agreement/shown.js'
import type { Book, Showing } from './book.js'
import type { Checked, Look } from './look.js'
import { config } from './traffic.js'
import type { KnownRow, Range } from './truth.js'
import { extremeOf, grouped, meanOf } from './window.js'

const kpis: readonly Kpi[] = Object.values(config.kpis)

/** Context sizes by what the page writes for them. */
export const sizes = new Map(
  [4_096, 8_192, 16_384, 32_768, 65_536, 131_072, 262_144, 1_048_576].map((size) => [
    size >= 1_048_576 ? `${size / 1_048_576}M` : `${size / 1_024}k`,
    String(size),
  ]),
)

/** Every point of every chart, read with the keyboard. */
export async function checkCharts(
  page: Page,
  look: Look,
  { time }: Checked,
  charts: readonly string[],
  book: Book,
): Promise<void> {
  const note = (await page.locator('#trends-note').textContent()) ?? ''
  const step = /mean of the snapshots of (.*?)[,.]/.exec(note)?.[1] ?? ''
  const stepSeconds = durationOf(step)
  for (const kpi of kpis.filter(({ id }) => charts.includes(id))) {
    const plot = page.locator(`#chart-${kpi.id} .plot`)
    if (!(await plot.isVisible())) continue
    const shown: Showing[] = []
    await plot.scrollIntoViewIfNeeded()
    await plot.focus()
    await page.keyboard.press('Home')
    const reading = page.locator(`#chart-${kpi.id} .reading > span`)
    for (let before = ''; ; ) {
      const [now = '', ...values] = await reading.allTextContents()
      if (now === before) break
      before = now
      for (const text of values) {
        const [, name = '', value = '', least, greatest] =
          /^(.*?): (\S+(?: [^(]\S*)?)(?: \((.*) to (.*)\))?$/.exec(text) ?? []
        if (value === '–') continue
        const key = `${name} ${/\d\d:\d\d/.exec(now)?.[0]}`
        shown.push({ of: `mean ${key}`, value: readOff(value), meaning: note })
        shown.push({ of: `least ${key}`, value: readOff(least ?? value), meaning: note })
        shown.push({ of: `greatest ${key}`, value: readOff(greatest ?? value), meaning: note })
      }
      await page.keyboard.press('ArrowRight')
    }
    const known = new Map<string, Range | null>()
    const own = look.rows.filter((row) => row.kpi === kpi && row.value !== undefined)
    const stepOf = ({ minute }: KnownRow) =>
      Math.floor((time.start + minute * 60) / stepSeconds) * stepSeconds
    for (const [key, rows] of grouped(own, (row) => `${nameOf(row)} ${textOf(stepOf(row))}`)) {
      const values = rows.flatMap(({ value }) => value ?? [])
      known.set(`mean ${key}`, meanOf(values))
      known.set(`least ${key}`, extremeOf(values, Math.min))
      known.set(`greatest ${key}`, extremeOf(values, Math.max))
    }
    book.compare('page, charts', shown, known)
  }
}

function durationOf(text: string): number {
  const [, number = '1', unit = ''] = /^(\d+)? ?(s|min|h)/.exec(text) ?? []
  return Number(number) * ({ s: 1, min: 60, h: 3_600 }[unit] ?? 60)
}

/** A series as the page names it. */
function nameOf({ place }: KnownRow): string {
  const size = [...sizes].find(([, text]) => text === place.contextSize)?.[0] ?? place.contextSize
  return [place.service, place.model, place.operation, size].filter((part) => part !== '').join(' · ')
}

function textOf(at: number): string {
  return new Date(at * 1_000).toISOString().slice(11, 16)
}
