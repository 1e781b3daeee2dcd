import { afterAll, expect, test } from '@jest/globals'
import { figuresOf } from '../harness/figures.js'

/** Units of figures that depend on the machine and what else it does, as no test may. */
const ofTheMachine = ['ms', 's', 'per s', 'rows/s', 'of COPY', 'MiB']

// Not left running where the time was up.
const end = new AbortController()
afterAll(() => end.abort())

test('the bench of the recorder runs, and in its short form too nothing is lost', async () => {
  const { figures, said } = await figuresOf('test/bench-recorder/main.ts', ['--short'], end.signal)
  const missed = figures.filter(({ ok, unit }) => !ok && !ofTheMachine.includes(unit))
  expect({ missed, said: missed.length === 0 ? '' : said }).toEqual({ missed: [], said: '' })
  // How fast this machine is says nothing; that each figure was measured does. A difference of two times may be negative.
  const unmeasured = figures.filter(
    ({ name, value, unit }) =>
      value === null ||
      !Number.isFinite(value) ||
      (['ms', 's', 'per s', 'rows/s'].includes(unit) && !name.includes('beyond') && value <= 0),
  )
  expect(unmeasured).toEqual([])
  const names = figures.map(({ name }) => name)
  expect(names).toEqual(
    expect.arrayContaining([
      'rate beside a bare COPY',
      'queries of a snapshot cycle',
      'instants filled in',
      'dashboard, median',
      'alerts stored',
      'space given back',
      '/api/charts?hours=168',
    ]),
  )
  expect(names.filter((name) => name.startsWith('Grafana ')).length).toBeGreaterThan(8)
}, 900_000)
