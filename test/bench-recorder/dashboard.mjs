import { figure, firstAndMedian, progress } from './figures.mjs'

const times = 50

/** The dashboard's data over a day of very many snapshots. */
export async function measureDashboard(recorder, { least }) {
  progress(`asking for the dashboard ${times} times …`)
  let snapshots = 0
  let windows = 0
  const ask = async (window = '') => {
    const response = await fetch(`${recorder.url}/api/dashboard${window}`)
    snapshots = (await response.json()).summary.total_snapshots
  }
  // Nothing is remembered of a window that nobody has looked at.
  const askAnother = () => ask(`?hours=${(24 - 0.01 * ++windows).toFixed(2)}`)
  const { first } = await firstAndMedian(() => ask(), 0)
  figure('dashboard, first look', first, 'ms')
  const before = (await recorder.memory()).now
  const { median } = await firstAndMedian(() => ask(), times)
  const { worst } = await recorder.memory()
  figure('snapshots in the window', snapshots, 'snapshots', { atLeast: least })
  figure('dashboard, median', median, 'ms', { atMost: 100 })
  const { median: other } = await firstAndMedian(askAnother, 9)
  figure('dashboard, median, another window each time', other, 'ms', { atMost: 300 })
  figure(`memory grown by ${times} dashboards, at the worst`, (worst - before) / 2 ** 20, 'MiB', {
    atMost: 64,
  })
}
