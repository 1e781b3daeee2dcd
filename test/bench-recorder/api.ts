import { figure, firstAndMedian, progress } from './figures.js'
import type { RecorderProcess } from './recorder.js'

const times = 50
const looks = 7

/** The dashboard's data over a day of very many snapshots. */
export async function measureDashboard(
  recorder: RecorderProcess,
  { least }: { least: number },
): Promise<void> {
  progress(`asking for the dashboard ${times} times …`)
  let snapshots = 0
  let windows = 0
  const ask = async (window = '') => {
    const response = await fetch(`${recorder.url}/api/dashboard${window}`)
    const { summary } = (await response.json()) as { summary: { total_snapshots: number } }
    snapshots = summary.total_snapshots
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

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly required?: boolean }[]
}

/**
 * Every route of the API that answers questions, over all the time there is, and some with one model or episode chosen. Each
 * look is at a window that nobody has asked for.
 */
export async function measureRoutes(
  url: string,
  { hours, episode }: { hours: number; episode: number },
): Promise<void> {
  progress('asking every route of the API …')
  const document = await fetch(`${url}/api/openapi.json`)
  const { paths } = (await document.json()) as { paths: Record<string, { get?: Operation }> }
  const asked = Object.entries(paths).flatMap(([path, { get }]) =>
    // The stream of events never ends.
    get === undefined || !path.startsWith('/api/') || path === '/api/events' ? [] : [requestOf(path, get)],
  )
  const chosen = ['dashboard', 'charts', 'series?kpi=latency', 'snapshots', 'measurements', 'episodes'].map(
    (path) => `/api/${path}${path.includes('?') ? '&' : '?'}hours=${hours}&model=model-1`,
  )
  let windows = 0
  for (const path of [...asked, ...chosen, `/api/measurements?episode=${episode}`]) {
    const ask = async () => {
      const another = (hours - 0.01 * ++windows).toFixed(2)
      const response = await fetch(`${url}${path.replace(`hours=${hours}`, `hours=${another}`)}`)
      const text = await response.text()
      if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status} ${text.slice(0, 200)}`)
    }
    const { first, median } = await firstAndMedian(ask, looks)
    progress(`  ${path}: first look ${Math.round(first)} ms`)
    figure(path, median, 'ms', { atMost: 200 })
  }

  function requestOf(path: string, { parameters }: Operation): string {
    const values: Record<string, number | string> = { hours, kpi: 'latency' }
    const query = parameters
      .filter(({ name, required }) => name === 'hours' || (required && name in values))
      .map(({ name }) => `${name}=${values[name]}`)
    return `${path.replace('{id}', String(episode))}${query.length > 0 ? `?${query.join('&')}` : ''}`
  }
}
