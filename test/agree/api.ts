import type { AnswerOf } from '@mnemoscope/recorder'
import type { Book, Known, Showing } from './book.js'
import { compareDashboard, type Dashboard, keyOf, type Place } from './dashboard-data.js'
import { type Described, descriptionsOf } from './described.js'
import { scrapedBefore } from './exposed.js'
import { knownRows } from './known-rows.js'
import type { Checked, Look } from './look.js'
import { knownAlerts } from './shown-values.js'
import { deployed } from './traffic.js'
import type { Range } from './truth.js'
import { grouped, meanOf, placeKey, quantileColumns, totalsOf } from './window.js'

/** Compares the answers of the HTTP API. */
export async function checkApi(checked: Checked, book: Book): Promise<void> {
  const { running, looks } = checked
  const described = await descriptionsOf(running.url)
  for (const look of Object.values(looks)) {
    const query = `from=${look.from.toISOString()}&to=${look.to.toISOString()}`
    const ask = async <Answer>(path: string, more = ''): Promise<Answer> => {
      const response = await fetch(`${running.url}${path}?${query}${more}`)
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return (await response.json()) as Answer
    }
    compareDashboard(
      'API /api/dashboard',
      await ask<Dashboard>('/api/dashboard'),
      look,
      described,
      checked,
      book,
    )
    const { models } = await ask<AnswerOf<'GET /api/analysis/models'>>('/api/analysis/models')
    book.compare(
      'API /api/analysis/models',
      models.flatMap((row) => {
        const numbers = [
          ['snapshots', row.snapshots, described('models', 'snapshots')],
          ['samples', row.samples, described('models', 'samples')],
          ['mean', row.mean, row.mean_of],
          ['lowest', row.lowest, row.lowest_of],
          ['highest', row.highest, row.highest_of],
          ...quantileColumns.map((name) => [name, row[name], row.quantiles_of] as const),
        ] as const
        return numbers.map(([name, value, meaning]) => ({
          of: `${name} ${row.kpi} ${keyOf(row)}`,
          value,
          meaning: meaning ?? (value === null ? 'unknown' : undefined),
        }))
      }),
      placeTotals(look),
    )
    const { weeks } = await ask<AnswerOf<'GET /api/analysis/weeks'>>('/api/analysis/weeks')
    book.compare(
      'API /api/analysis/weeks',
      weeks.flatMap((row) => [
        { of: `mean ${row.kpi} ${keyOf(row)}`, value: row.mean, meaning: row.mean_of ?? undefined },
        {
          of: `samples ${row.kpi} ${keyOf(row)}`,
          value: row.samples,
          meaning: described('weeks', 'samples'),
        },
        { of: `p95 ${row.kpi} ${keyOf(row)}`, value: row.p95, meaning: described('weeks', 'p95') },
      ]),
      new Map([...placeTotals(look)].filter(([key]) => /^(?:mean|samples|p95) /.test(key))),
    )
  }
  await checkRows(checked, book, described)
  await checkCharts(checked, book, described)
  await checkEpisodes(checked, book, described)
}

/** Alerts with their values, and the deployment. */
async function checkEpisodes(checked: Checked, book: Book, described: Described): Promise<void> {
  const { running, time } = checked
  const ask = async (path: string) => (await fetch(`${running.url}${path}`)).json()
  const { episodes } = (await ask('/api/episodes?hours=6&limit=1000')) as AnswerOf<'GET /api/episodes'>
  const columns = {
    began: 'timestamp',
    ended: 'ends_at',
    threshold: 'threshold',
    'at start': 'current_value',
    worst: 'peak_value',
  } as const
  book.compare(
    'API /api/episodes',
    episodes.flatMap((episode) =>
      Object.entries(columns).map(([name, column]) => ({
        of: `${name} ${episode.metric_type} ${keyOf(episode as Place)} ${episode.level}`,
        value: episode[column],
        meaning: described('episodes', column),
      })),
    ),
    knownAlerts(checked),
  )
  const { deployments } = (await ask('/api/deployments')) as AnswerOf<'GET /api/deployments'>
  const found = deployments.find(({ version }) => version === deployed.version)
  book.compare(
    'API /api/deployments',
    [{ of: 'deployed', value: found?.at ?? null, meaning: described('deployments', 'at') }],
    new Map([['deployed', time.start + deployed.minute * 60 - scrapedBefore]]),
  )
}

function placeTotals({ rows }: Look): Known {
  return new Map(
    [...grouped(rows, placeKey)].flatMap(([key, own]) => {
      const totals = totalsOf(own)
      return (['snapshots', 'samples', 'mean', 'lowest', 'highest', ...quantileColumns] as const).map(
        (name) => [`${name} ${key}`, totals[name]] as const,
      )
    }),
  )
}

/** Every stored row, in pages. */
async function checkRows(checked: Checked, book: Book, described: Described): Promise<void> {
  const { running, looks } = checked
  const query = `from=${looks.all.from.toISOString()}&to=${looks.all.to.toISOString()}&limit=1000`
  const shown: Showing[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const path = `/api/snapshots?${query}${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
    const answer = (await (await fetch(`${running.url}${path}`)).json()) as AnswerOf<'GET /api/snapshots'>
    for (const row of answer.snapshots)
      for (const name of ['value', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const)
        shown.push({
          of: `${name} ${row.kpi} ${keyOf(row)} ${row.timestamp}`,
          value: row[name],
          meaning: described('snapshots', name),
        })
    cursor = answer.next_cursor
  }
  book.compare('API /api/snapshots', shown, knownRows(checked))
}

/** Points of charts: mean, least and greatest value of each step. */
async function checkCharts(
  { running, looks, time }: Checked,
  book: Book,
  described: Described,
): Promise<void> {
  for (const look of Object.values(looks)) {
    const query = `from=${look.from.toISOString()}&to=${look.to.toISOString()}`
    const answer = (await (
      await fetch(`${running.url}/api/charts?${query}&limit=50`)
    ).json()) as AnswerOf<'GET /api/charts'>
    const step = answer.step_seconds
    const known = new Map<string, Range | null>()
    const own = look.rows.filter(({ value }) => value !== undefined)
    for (const [key, group] of grouped(
      own,
      (row) => `${placeKey(row)} ${Math.floor((time.start + row.minute * 60) / step) * step}`,
    )) {
      const values = group.flatMap(({ value }) => value ?? [])
      known.set(`mean ${key}`, meanOf(values))
      const { lowest, highest } = totalsOf(group)
      known.set(`least ${key}`, lowest)
      known.set(`greatest ${key}`, highest)
    }
    const shown = Object.entries(answer.kpis).flatMap(([id, { series }]) =>
      series.flatMap((each) =>
        each.points.flatMap(([at, mean, least, greatest]) =>
          Object.entries({ mean, least, greatest }).map(([name, value]) => ({
            of: `${name} ${id} ${keyOf(each)} ${at}`,
            value,
            meaning: described('charts', 'points'),
          })),
        ),
      ),
    )
    book.compare('API /api/charts', shown, known)
  }
}
