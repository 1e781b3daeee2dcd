import type { AnswerOf } from '@mnemoscope/recorder'
import type { Book, Known, Showing } from './book.js'
import type { Checked, Look } from './look.js'
import { knownAlerts } from './shown-values.js'
import { figuresOf, knownRows } from './sql.js'
import { config, deployed } from './traffic.js'
import type { KnownRow, Range } from './truth.js'
import { grouped, meanOf, placeKey, seriesKey, totalsOf } from './window.js'

type Dashboard = AnswerOf<'GET /api/dashboard'>
type Place = {
  readonly service: string
  readonly model: string
  readonly context_size: string
  readonly operation: string
}

const ids = Object.keys(config.kpis)

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
      ]),
      new Map([...placeTotals(look)].filter(([key]) => /^(?:mean|samples) /.test(key))),
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
    new Map([['deployed', time.start + deployed.minute * 60]]),
  )
}

const keyOf = ({ service, model, context_size, operation }: Place) =>
  [service, model, context_size, operation].join(' ')

function placeTotals({ rows }: Look): Known {
  return new Map(
    [...grouped(rows, placeKey)].flatMap(([key, own]) => {
      const totals = totalsOf(own)
      return (['snapshots', 'samples', 'mean', 'lowest', 'highest'] as const).map(
        (name) => [`${name} ${key}`, totals[name]] as const,
      )
    }),
  )
}

/** What is known of the numbers of `/api/dashboard`, which the JSON of the report has too. */
export function compareDashboard(
  surface: string,
  data: Dashboard,
  look: Look,
  described: Described,
  { truth, time }: Checked,
  book: Book,
): void {
  const { rows } = look
  const known = new Map<string, number | Range | null>()
  const put = (key: string, value: number | Range | null) => known.set(key, value)
  const shown: Showing[] = []
  const show = (of: string, value: number | null | undefined, meaning: string | null | undefined) =>
    shown.push({ of, value: value ?? null, meaning: meaning ?? (value === null ? 'unknown' : undefined) })

  const seriesRows = new Set(rows.map((row) => `${seriesKey(row)} ${row.minute}`))
  put('total_snapshots', seriesRows.size)
  for (const id of ids) {
    const { mean, lowest, highest } = totalsOf(rows.filter(({ kpi }) => kpi.id === id))
    put(`avg_${id}`, mean)
    put(`min_${id}`, lowest)
    put(`max_${id}`, highest)
  }
  for (const [name, value] of Object.entries(data.summary))
    show(name, value, data.summary_of[name] ?? described('summary', name))

  const byModel = grouped(rows, ({ place }) => place.model)
  for (const [model, own] of byModel) {
    put(`count of ${model}`, new Set(own.map((row) => `${seriesKey(row)} ${row.minute}`)).size)
    for (const id of ids) put(`avg_${id} of ${model}`, totalsOf(own.filter(({ kpi }) => kpi.id === id)).mean)
  }
  for (const [model, figures] of Object.entries(data.model_performance))
    for (const [name, value] of Object.entries(figures))
      show(
        `${name} of ${model}`,
        value,
        data.model_performance_of[model]?.[name] ?? described('model_performance', name),
      )

  for (const [place, own] of grouped(rows, ({ place: { model, operation } }) => `${model} (${operation})`)) {
    put(`count of ${place}`, new Set(own.map((row) => `${seriesKey(row)} ${row.minute}`)).size)
    for (const id of ids) {
      const totals = totalsOf(own.filter(({ kpi }) => kpi.id === id))
      put(`avg_${id} of ${place}`, totals.mean)
      put(`samples_${id} of ${place}`, totals.samples)
    }
  }
  for (const { model, operation, figures, figures_of } of data.operation_performance)
    for (const [name, value] of Object.entries(figures))
      show(
        `${name} of ${model} (${operation})`,
        value,
        figures_of[name] ??
          described('operation_performance', name.startsWith('samples_') ? 'samples' : name),
      )

  for (const snapshot of data.recent_snapshots)
    for (const id of ids)
      show(
        `${id} ${keyOf(snapshot)} ${snapshot.timestamp}`,
        snapshot[id] as number | null,
        described('recent_snapshots', '*'),
      )
  for (const { place, kpi, minute, value } of rows)
    put(`${kpi.id} ${seriesKey({ place })} ${time.start + minute * 60}`, value ?? null)
  // A snapshot of a series has a place for every KPI.
  for (const { place, minute } of rows)
    for (const id of ids) {
      const key = `${id} ${seriesKey({ place })} ${time.start + minute * 60}`
      if (!known.has(key)) put(key, null)
    }

  for (const current of data.current)
    for (const [id, figures] of Object.entries(current.kpis))
      for (const name of ['value', 'samples', 'mean', 'p50', 'p95', 'p99', 'max'] as const)
        show(`${name} ${id} ${keyOf(current)} now`, figures[name], described('current', name))
  for (const [key, own] of grouped(rows, placeKey)) {
    const newest = own.at(-1) as KnownRow
    for (const [name, value] of Object.entries({
      value: newest.value ?? null,
      ...figuresOf(newest.kpi, newest.values),
    }))
      put(`${name} ${key} now`, value)
  }

  for (const id of ids) {
    const details = data.trend_details[id]
    for (const [at, value] of details?.points ?? [])
      show(`${id} at ${at}`, value, described('trend_details', 'points'))
    const step = stepOf(details?.points ?? [])
    const own = rows.filter(({ kpi, value }) => kpi.id === id && value !== undefined)
    for (const [at, group] of grouped(own, ({ minute }) =>
      String(Math.floor((time.start + minute * 60) / step) * step),
    ))
      put(`${id} at ${at}`, meanOf(group.flatMap(({ value }) => value ?? [])))
  }

  const from = look.from.getTime() / 1_000 - time.start
  const to = look.to.getTime() / 1_000 - time.start
  const fired = truth.alerts.filter(
    (alert) => alert.from <= to && (alert.to ?? Number.POSITIVE_INFINITY) >= from,
  )
  put('total_alerts', fired.length)
  show('total_alerts', data.alert_summary.total_alerts, described('alert_summary', 'total_alerts'))
  for (const level of ['critical', 'error', 'warning', 'info'] as const) {
    put(`${level} alerts`, fired.filter(({ severity }) => severity === level).length)
    show(
      `${level} alerts`,
      data.alert_summary.alert_counts[level],
      described('alert_summary', 'alert_counts'),
    )
  }
  book.compare(surface, shown, known, 'isPart')
  // Nothing that must be there may be left out.
  const seen = new Set(shown.map(({ of }) => of))
  const needed = [...known.keys()].filter(
    (key) =>
      known.get(key) !== null && /^(?:avg_|min_|max_|count|samples_|total_)/.test(key) && !seen.has(key),
  )
  book.compare(surface, [], new Map(needed.map((key) => [key, known.get(key) ?? null])))
}

/** Seconds from one point of a trend to the next: the least distance, as steps without a value are left out. */
function stepOf(points: readonly (readonly [number, number])[]): number {
  const distances = points.slice(1).map(([at], i) => at - (points[i]?.[0] ?? at))
  return Math.min(...distances)
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

/** What the API's document says of a number: the nearest description on the way to it. */
export type Described = (part: string, name: string) => string | undefined

export async function descriptionsOf(url: string): Promise<Described> {
  const document = (await (await fetch(`${url}/api/openapi.json`)).json()) as Schema
  const places: Readonly<Record<string, readonly [path: string, keys: readonly string[]]>> = {
    summary: ['/api/dashboard', ['summary']],
    model_performance: ['/api/dashboard', ['model_performance']],
    operation_performance: ['/api/dashboard', ['operation_performance', '*', 'figures']],
    recent_snapshots: ['/api/dashboard', ['recent_snapshots', '*']],
    current: ['/api/dashboard', ['current', '*', 'kpis', '*']],
    trend_details: ['/api/dashboard', ['trend_details', '*']],
    alert_summary: ['/api/dashboard', ['alert_summary']],
    models: ['/api/analysis/models', ['models', '*']],
    weeks: ['/api/analysis/weeks', ['weeks', '*']],
    snapshots: ['/api/snapshots', ['snapshots', '*']],
    charts: ['/api/charts', ['kpis', '*', 'series', '*']],
    episodes: ['/api/episodes', ['episodes', '*']],
    deployments: ['/api/deployments', ['deployments', '*']],
  }
  return (part, name) => {
    const [path, keys] = places[part] ?? []
    if (path === undefined || keys === undefined) throw new Error(`no part ${part}`)
    const answer = at(document, [
      'paths',
      path,
      'get',
      'responses',
      '200',
      'content',
      'application/json',
      'schema',
    ])
    let schema = resolved(document, answer)
    let nearest: string | undefined
    for (const key of [...keys, name]) {
      const next = childOf(document, schema, key)
      if (next === undefined) break
      schema = next
      if (typeof schema.description === 'string') nearest = schema.description
      else if (key === name) nearest = undefined
    }
    return nearest
  }
}

type Schema = { readonly [key: string]: unknown }

function at(schema: Schema, keys: readonly string[]): Schema {
  return keys.reduce<Schema>((found, key) => (found[key] ?? {}) as Schema, schema)
}

function resolved(document: Schema, schema: Schema): Schema {
  const reference = schema.$ref
  if (typeof reference === 'string') return resolved(document, at(document, reference.slice(2).split('/')))
  const [first] = (schema.anyOf ?? []) as Schema[]
  return first === undefined
    ? schema
    : {
        ...resolved(document, first),
        ...('description' in schema ? { description: schema.description } : {}),
      }
}

/** A property of an object, or what a list or a record is of. */
function childOf(document: Schema, schema: Schema, key: string): Schema | undefined {
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const child = key === '*' ? (schema.items ?? schema.additionalProperties) : properties[key]
  return child === undefined || typeof child !== 'object' ? undefined : resolved(document, child as Schema)
}
