import { figure, firstAndMedian, progress } from './figures.mjs'

const looks = 7

/** Every route of the API that answers questions, over the whole time, and some with one model or episode chosen. */
export async function measureRoutes(url, { hours, episode }) {
  progress('asking every route of the API …')
  const { paths } = await (await fetch(`${url}/api/openapi.json`)).json()
  const asked = Object.entries(paths).flatMap(([path, { get }]) =>
    // The stream of events never ends.
    get === undefined || !path.startsWith('/api/') || path === '/api/events' ? [] : [requestOf(path, get)],
  )
  const chosen = ['dashboard', 'charts', 'series?kpi=latency', 'snapshots', 'measurements', 'episodes'].map(
    (path) => `/api/${path}${path.includes('?') ? '&' : '?'}hours=${hours}&model=model-1`,
  )
  for (const path of [...asked, ...chosen, `/api/measurements?episode=${episode}`]) {
    const ask = async () => {
      const response = await fetch(`${url}${path}`)
      const text = await response.text()
      if (response.status !== 200) throw new Error(`${path}: HTTP ${response.status} ${text.slice(0, 200)}`)
    }
    const { first, median } = await firstAndMedian(ask, looks)
    progress(`  ${path}: first look ${Math.round(first)} ms`)
    figure(path, median, 'ms', { atMost: 300 })
  }

  function requestOf(path, { parameters }) {
    const values = { hours, kpi: 'latency' }
    const query = parameters
      .filter(({ name, required }) => name === 'hours' || (required && name in values))
      .map(({ name }) => `${name}=${values[name]}`)
    return `${path.replace('{id}', episode)}${query.length > 0 ? `?${query.join('&')}` : ''}`
  }
}
