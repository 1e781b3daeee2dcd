// What is compared with what, and the goals. `of` and `to` are [variant file, arguments]; `figure` is read from each result.
const record = (way) => ['record', [way]]
const operation = (way) => ['operation', [way]]
const render = (way, series = 1_000, share = 1) => ['render', [way, series, share]]
const collect = (way, series = 1_000) => ['collect', [way, series]]
const memory = (way, series = 1_000) => ['memory', [way, series]]
const scrape = (way, series) => ['scrape', [way, series]]

/**
 * Ratios: how many times cheaper `of` is than `to`. What has `rounds` needs no more of them: it is far from noise, or has
 * no goal.
 */
export const ratios = [
  {
    name: 'record vs native',
    of: record('handle'),
    to: record('native'),
    figure: 'nanoseconds',
    atLeast: 100,
  },
  {
    name: 'record vs prom-client',
    of: record('handle'),
    to: record('promClient'),
    figure: 'nanoseconds',
    atLeast: 50,
  },
  {
    name: 'operation vs native',
    of: operation('handle'),
    to: operation('native'),
    figure: 'nanoseconds',
    atLeast: 80,
  },
  {
    name: 'render 7 x 1,000, all active, vs exporter-prometheus',
    of: render('handle'),
    to: render('native'),
    figure: 'render',
    atLeast: 30,
  },
  {
    name: 'render 7 x 1,000, 10 % active, vs exporter-prometheus',
    of: render('handle', 1_000, 0.1),
    to: render('native', 1_000, 0.1),
    figure: 'render',
    atLeast: 100,
  },
  {
    name: 'render 7 x 1,000, all active, vs exporter-prometheus without scope labels',
    of: render('handle'),
    to: render('nativeEqual'),
    figure: 'render',
    rounds: 3,
  },
  {
    name: 'collect 7 x 1,000 vs native',
    of: collect('handle'),
    to: collect('native'),
    figure: 'collect',
    atLeast: 8,
  },
]

/** Shares: `of` in relation to `to`, the smaller the better. */
export const shares = [
  {
    name: 'record vs physical limit',
    of: record('handle'),
    to: record('limit'),
    figure: 'nanoseconds',
    atMost: 1.3,
  },
  {
    name: 'resident memory of 7 x 1,000 vs native',
    of: memory('handle'),
    to: memory('native'),
    figure: 'megabytes',
    atMost: 1,
  },
]

/** Figures that stand for themselves. */
export const figures = [
  {
    name: 'allocation of a record',
    of: ['allocation', ['record']],
    figure: 'bytes',
    unit: 'bytes',
    atMost: 0,
  },
  {
    name: 'allocation of an operation of 7',
    of: ['allocation', ['operation']],
    figure: 'bytes',
    unit: 'bytes',
    atMost: 64,
  },
  {
    name: 'longest block of a scrape of 7 x 1,000',
    of: scrape('handle', 1_000),
    figure: 'milliseconds',
    unit: 'ms',
    atMost: 35,
  },
  {
    name: 'longest block of a scrape of 7 x 5,000',
    of: scrape('handle', 5_000),
    figure: 'milliseconds',
    unit: 'ms',
    atMost: 60,
  },
  {
    name: 'longest block of exporter-prometheus, 7 x 1,000',
    of: scrape('native', 1_000),
    figure: 'milliseconds',
    unit: 'ms',
    rounds: 3,
  },
  {
    name: 'longest block of exporter-prometheus, 7 x 5,000',
    of: scrape('native', 5_000),
    figure: 'milliseconds',
    unit: 'ms',
    rounds: 1,
  },
]

/** How everything grows with the number of series; all of them active. */
export const growth = [1, 10, 100, 1_000, 5_000].flatMap((series) => [
  { name: `render 7 x ${series}`, of: render('handle', series), figure: 'render', unit: 'ms' },
  { name: `collect 7 x ${series}`, of: collect('handle', series), figure: 'collect', unit: 'ms' },
  { name: `resident memory of 7 x ${series}`, of: memory('handle', series), figure: 'megabytes', unit: 'MB' },
])
