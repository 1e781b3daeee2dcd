import { defineConfig } from '@mnemoscope/kpi'
import { startRecorder } from '@mnemoscope/recorder'
import { pino } from 'pino'
import { figure, median, progress, timed } from '../../packages/recorder/bench/figures.mjs'
import { kpis } from '../../packages/recorder/bench/history.mjs'
import { createPartitions, daysBetween } from '../../packages/recorder/dist/database/partitions.js'
import { rollUp } from '../../packages/recorder/dist/snapshots/rollup.js'

const days = 30
const minutes = days * 1_440
const hours = days * 24

/** Everything that the page shows of a month, each asked for again and again. */
const panels = {
  'the dashboard': `dashboard?hours=${hours}`,
  'charts of every KPI': `charts?hours=${hours}`,
  'charts of one model': `charts?hours=${hours}&model=model-1`,
  'one KPI of all series': `series?kpi=f1_score&hours=${hours}`,
  'one KPI of one model': `series?kpi=latency&hours=${hours}&model=model-1`,
  'alert episodes': `episodes?hours=${hours}`,
  gaps: `gaps?hours=${hours}`,
}

/** How fast a month of snapshots is looked at. */
export async function measureMonth({ pool, databaseUrl, rows }) {
  const series = Math.max(1, Math.round(rows / minutes / kpis.length))
  progress(`a month of ${series * minutes * kpis.length} rows …`)
  await fillMonth(pool, series)
  const recorder = await startRecorder({
    config: defineConfig(),
    databaseUrl,
    prometheusUrl: 'http://127.0.0.1:9',
    port: 0,
    logger: pino({ level: 'silent' }),
  })
  try {
    figure('rows of a month', series * minutes * kpis.length, 'rows')
    for (const [name, path] of Object.entries(panels)) {
      const ask = async () => {
        const response = await fetch(`${recorder.url}/api/${path}`)
        const text = await response.text()
        if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status} ${text.slice(0, 200)}`)
      }
      figure(`${name}, first look`, await timed(ask), 'ms')
      const times = []
      for (let i = 0; i < 9; i++) times.push(await timed(ask))
      figure(`${name}, median`, median(times), 'ms', { atMost: 300 })
    }
  } finally {
    await recorder.stop()
  }
}

async function fillMonth(pool, series) {
  const until = Math.floor(Date.now() / 60_000) * 60
  const range = [new Date((until - minutes * 60) * 1_000), new Date(until * 1_000)]
  await createPartitions(pool, 'snapshots', daysBetween(...range))
  await pool.query(
    `INSERT INTO series (service, model, context_size, context_tokens)
     SELECT 'memory', 'model-' || i / 3, (8192 * (i % 3 + 1))::text, 8192 * (i % 3 + 1)
     FROM generate_series(0, $1::int - 1) AS i`,
    [series],
  )
  const client = await pool.connect()
  await client.query('SET statement_timeout = 0')
  for (let day = days - 1; day >= 0; day--) {
    await client.query(
      `INSERT INTO snapshots (at, series_id, kpi, value, samples)
       SELECT to_timestamp($1::float8 - 86400 * $2::int - 60 * minute), series, kpi, 0.5 + 0.4 * random(), 40
       FROM generate_series(1439, 0, -1) AS minute, generate_series(1, $3::int) AS series, unnest($4::text[]) AS kpi`,
      [until, day, series, kpis],
    )
    progress(`  ${day} days left`)
  }
  await client.query(
    `INSERT INTO snapshot_instants (at, rows)
     SELECT to_timestamp($1::float8 - 60 * minute), $2 FROM generate_series(0, $3::int - 1) AS minute`,
    [until, series * kpis.length, minutes],
  )
  await client.query('VACUUM ANALYZE')
  client.release(true)
  progress('  adding up hours …')
  while ((await rollUp(pool, new Date())) > 0);
  await pool.query('ANALYZE')
}
