import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { catalog } from '@mnemoscope/kpi'
import { anyRoutes } from '../../src/api/routes.js'
import { queryShape } from '../../src/http/query.js'
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

const asked = anyRoutes
  // Signing in asks for no data.
  .filter(({ method, path, query }) => method === 'GET' && query !== undefined && path !== '/sign-in')
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
    const known = names.filter((name) => name in nothing)
    expect(known).toContain('to')
    // The same window each time, so that only the parameter can make a difference.
    const usual = { ...example, to: new Date().toISOString() }
    const without = await get(path, usual)
    expect(stored((await get(path, usual)).body)).toEqual(stored(without.body))
    for (const name of known) {
      const { status, body } = await get(path, { ...usual, [name]: nothing[name] as string })
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
})

/** An answer without the times of the question. Postgres adds in any order, so the last digits of a change of means vary. */
function stored(body: object): object {
  const text = JSON.stringify(body, (_, value) =>
    typeof value === 'number' ? Number(value.toPrecision(9)) : value,
  )
  return { ...JSON.parse(text), timestamp: 0, window: 0, from: 0, to: 0, step_seconds: 0 }
}
