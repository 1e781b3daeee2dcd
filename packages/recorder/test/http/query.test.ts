import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { catalog } from '@mnemoscope/kpi'
import { anyRoutes } from '../../src/api/routes.js'
import { queryShape, writtenLine, writtenText } from '../../src/http/query.js'
import { type ErrorAnswer, getJson } from '../plumbing/get-json.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'
import { seedEverything } from '../plumbing/seed.js'

// Real servers on a busy machine take their time.
jest.setTimeout(120_000)

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({}, seedEverything)
})

afterAll(() => recorder?.stop())

const ofNoTime: readonly string[] = ['/sign-in', '/api/instrumentation-config']

const asked = anyRoutes
  // Signing in asks for no data, and a service that asks for settings says who it is.
  .filter(({ method, path, query }) => method === 'GET' && query !== undefined && !ofNoTime.includes(path))
  .map((route) => ({
    path: route.path,
    names: Object.keys(queryShape(route.query, Object.keys(catalog))),
    example: route.example?.query as Record<string, string> | undefined,
  }))

/** A value of each parameter of which nothing is stored. */
const nothing: Readonly<Record<string, string>> = {
  to: '2001-01-01T00:00:00Z',
  service: 'nobody',
  model: 'nobody',
  context_size: '1',
  kpi: 'overflow_frequency',
  level: 'info',
  alertname: 'Nobody',
  state: 'closed',
}

const get = <T = object>(path: string, query: Record<string, string>) =>
  getJson<T>(`${recorder.url}${path}?${new URLSearchParams(query)}`)

describe('every parameter that a route documents is read', () => {
  test.each(asked)('$path', async ({ path, names, example }) => {
    expect(names).toEqual(expect.arrayContaining(['hours', 'from', 'to']))
    // The same window each time, so that only the parameter can make a difference.
    const to = new Date().toISOString()
    const usual = { ...example, to }
    const beginnings = {
      hours: '0.000001',
      from: new Date(Date.parse(to) - 1).toISOString(),
    }
    const without = await get(path, usual)
    expect(stored((await get(path, usual)).body)).toEqual(stored(without.body))
    const own = path === '/api/incidents' ? { state: 'resolved' } : {}
    for (const [name, value] of Object.entries({ ...nothing, ...beginnings, ...own })) {
      if (!names.includes(name)) continue
      const { status, body } = await get(path, { ...usual, [name]: value })
      expect({ name, status }).toEqual({ name, status: 200 })
      expect({ name, ...stored(body) }).not.toEqual({ name, ...stored(without.body) })
    }
  })
})

describe('what no route would read is refused', () => {
  test.each(asked)('$path', async ({ path, example }) => {
    const { status, body } = await get<ErrorAnswer>(path, { ...example, modell: 'a' })
    expect(status).toBe(400)
    expect(body.error).toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'query parameter modell: unknown',
      expected: expect.stringMatching(/^one of hours, from, to/),
    })
    const twice = await getJson<ErrorAnswer>(
      `${recorder.url}${path}?${new URLSearchParams(example)}&to=a&to=b`,
    )
    expect(twice.status).toBe(400)
    expect(twice.body.error).toMatchObject({
      code: 'REQUEST_INVALID',
      message: 'query parameter to: given 2 times',
      value: ['a', 'b'],
    })
  })

  // A filter that is not there would be taken for one that finds everything.
  test.each(anyRoutes.filter(({ query }) => query === undefined))(
    '$method $path',
    async ({ method, path }) => {
      const address = path.replace('{id}', '1').replace('{+page}', 'README.md')
      const response = await fetch(`${recorder.url}${address}?model=a`, { method })
      expect(response.status).toBe(400)
      expect(((await response.json()) as ErrorAnswer).error).toMatchObject({
        code: 'REQUEST_INVALID',
        message: 'query parameter model: unknown',
        expected: 'no query parameters',
      })
    },
  )
})

/** An answer without the times of the question. Postgres adds in any order, so the last digits of a change of means vary. */
function stored(body: object): object {
  const text = JSON.stringify(body, (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )
  return { ...JSON.parse(text), timestamp: 0, window: 0, from: 0, to: 0, step_seconds: 0 }
}

describe('a person writes what others can read', () => {
  test.each(['', ' \n', '\u200b\u2060', '\u202e', 'a\u0000', 'a\ud800', 'x'.repeat(101)])(
    '%j is refused',
    (given) => {
      expect(writtenText(100).safeParse(given).success).toBe(false)
    },
  )

  test.each(['Zoë', 'שלום', '❤️', '👩‍💻', '...', 'a\nb', ' a '])('%j is read', (given) => {
    expect(writtenText(100).safeParse(given)).toEqual({ success: true, data: given.trim() })
  })

  test.each(['a\nb', 'a\u001b[31m', 'a\u202eb', 'a\u2028b'])('%j is no name', (given) => {
    expect(writtenLine(100).safeParse(given).success).toBe(false)
  })
})

// Its place among the others is not known any more: an empty page would say that there are no more.
test('a page after an incident that was merged since is refused', async () => {
  const { rows } = await recorder.pool.query(
    'SELECT id FROM alert_incidents WHERE into_id IS NOT NULL LIMIT 1',
  )
  const { status, body } = await get<ErrorAnswer>('/api/incidents', { before: rows[0]?.id })
  expect([status, body.error.message]).toEqual([400, expect.stringContaining('does not stand by itself')])
})

describe('a number is one as JSON writes it', () => {
  test.each(['', ' 1', '+1', '0x10', '0b1', '1_0', '1.', '.5', 'Infinity'])('"%s" is none', async (hours) => {
    const { status, body } = await get<ErrorAnswer>('/api/gaps', { hours })
    expect(status).toBe(400)
    expect(body.error.message).toMatch(/^query parameter hours: .*expected number/)
  })

  test('and may have an exponent', async () => {
    const to = new Date().toISOString()
    const [plain, short] = await Promise.all(
      ['10', '1e1'].map((hours) => get('/api/gaps', { hours, limit: '1000', to })),
    )
    expect(short).toEqual(plain)
  })
})

describe('a window is no longer than ten years, however it is asked for', () => {
  const to = '2026-01-01T00:00:00Z'

  test.each(['0000-01-01T00:00:00Z', '2016-01-03T23:59:59Z'])('from %s is too long', async (from) => {
    const { status, body } = await get<ErrorAnswer>('/api/snapshots', { from, to })
    expect(status).toBe(400)
    expect(body.error).toMatchObject({
      message: 'query parameter from: the window is longer than 87600 hours',
      expected: 'a time since 2016-01-04T00:00:00.000Z',
    })
  })

  test('and the pages of the longest one can all be read', async () => {
    const end = new Date(Date.now() + 1_000)
    const from = new Date(end.getTime() - 87_600 * 3_600_000).toISOString()
    const window = { from, to: end.toISOString(), limit: '1' }
    const first = await get<{ next_cursor: string }>('/api/snapshots', window)
    expect(first.body.next_cursor).toEqual(expect.any(String))
    const second = await get('/api/snapshots', { limit: '1', cursor: first.body.next_cursor })
    expect(second.status).toBe(200)
  })
})
