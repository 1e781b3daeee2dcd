import type { Page } from 'playwright-core'
import { idOfTitle } from './kpis.js'
import { readOff, type Shown, type Shownings, shownOf } from './shown.js'

/** A KPI's id by the title that the page shows. */
export function kpiOfTitle(title: string): string {
  const id = idOfTitle.get(title)
  if (id === undefined) throw new Error(`${title} is no KPI`)
  return id
}

/** A `<data>` element: the exact value, which what is written has to agree with. */
export function ofData({ value, text }: { readonly value: string; readonly text: string }): Shown {
  const written = readOff(text)
  const exact = Number(value)
  // The page rounds to three figures.
  if (Math.abs(written.value - exact) > Math.max(written.within, Math.abs(exact) * 0.005)) {
    throw new Error(`the page writes ${text} for ${value}`)
  }
  return { value: exact, within: Math.abs(exact) * 1e-9 }
}

/** Cells of a table of models and KPIs: `kpi model`. */
export async function kpiCells(page: Page, section: string): Promise<Shownings> {
  const cells = await page.locator(`#${section} tbody td data`).evaluateAll((all) =>
    all.map((node) => ({
      model: node.closest('tr')?.querySelector('th')?.textContent ?? '',
      column: node.closest('td')?.dataset.column ?? '',
      value: node.getAttribute('value') ?? '',
      text: node.textContent ?? '',
    })),
  )
  return shownOf(
    cells.filter(({ column }) => idOfTitle.has(column)),
    ({ model, column, ...data }) => [[`${kpiOfTitle(column)} ${model}`, ofData(data)]],
  )
}

/** A row of the alert history. */
export interface HistoryRow {
  readonly level: string
  readonly began: string
  readonly what: string
  readonly worst: { readonly value: string; readonly text: string } | null
  readonly threshold: string
  readonly isOpen: boolean
}

export function historyRows(page: Page): Promise<HistoryRow[]> {
  return page.locator('#history tbody tr').evaluateAll((all) =>
    all.map((row) => {
      const cell = (name: string) => row.querySelector(`[data-column="${name}"]`)
      const worst = cell('Worst')?.querySelector('data')
      return {
        level: cell('Level')?.textContent ?? '',
        began: cell('Began')?.querySelector('time')?.dateTime ?? '',
        what: cell('What')?.firstChild?.textContent ?? '',
        worst: worst ? { value: worst.getAttribute('value') ?? '', text: worst.textContent ?? '' } : null,
        threshold: cell('Threshold')?.textContent ?? '',
        isOpen: cell('Lasted')?.textContent?.startsWith('firing') ?? false,
      }
    }),
  )
}

/** Every point of a KPI's chart, read with the keyboard: `model 1` is the first that is known. */
export async function chartPoints(page: Page, kpi: string): Promise<Shownings> {
  const plot = page.locator(`#chart-${kpi} .plot`)
  await plot.scrollIntoViewIfNeeded()
  await plot.focus()
  await page.keyboard.press('Home')
  const reading = page.locator(`#chart-${kpi} .reading`)
  const known = new Map<string, Shown[]>()
  for (let time = ''; ; ) {
    const [now = '', ...values] = await reading.locator(':scope > span').allTextContents()
    if (now === time) break
    time = now
    for (const text of values) {
      const [, model = '', value = ''] =
        /^(?:\S+ · )?(.*?)(?: · (?:search|generate))? · \S+: (.*)$/.exec(text) ?? []
      if (value !== '–') known.set(model, [...(known.get(model) ?? []), readOff(value)])
    }
    await page.keyboard.press('ArrowRight')
  }
  return new Map(
    [...known].flatMap(([model, all]) => all.map((each, i): [string, Shown] => [`${model} ${i + 1}`, each])),
  )
}
