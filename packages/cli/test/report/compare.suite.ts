import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { AnswerOf } from '@mnemoscope/recorder'
import { mnemoscopeHere } from '../../../../test/harness/index.js'
import { startTestRecorder, type TestRecorder } from '../../../recorder/test/plumbing/recorder.js'
import { seedEverything } from '../../../recorder/test/plumbing/seed.js'
import { modelSections, weekSections } from '../../src/report/compare.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({}, seedEverything)
}, 120_000)
afterAll(() => recorder?.stop(), 60_000)

const run = async (...args: string[]) => {
  const result = await mnemoscopeHere(process.cwd(), [...args, '--url', recorder.url])
  if (result.exitCode === 0) return result.stdout
  throw result
}
const compare = (...args: string[]) => run('compare', ...args)

describe('mnemoscope compare', () => {
  test('models: the best first, and what was measured of each', async () => {
    const text = await compare('models', '--kpi', 'f1_score')
    expect(text).toMatch(
      /MODELS\n\s+kpi.+mean.+\n\s+f1_score +memory +b .+mean of 6,\d{3} operations.+snapshot mean.+\n\s+f1_score +memory +a /,
    )
    expect(text).toMatch(
      /\nMEASUREMENTS\n[\s\S]+f1_score +memory +a +8192 +benchmark +judge +bench .+all \d+ measurements/,
    )
  })

  test('weeks: what moved, and whether for the better', async () => {
    const text = await compare('weeks', '--kpi', 'f1_score', '--model', 'a')
    expect(text).toMatch(
      /f1_score +memory +a +8192 +search +0\.\d{3} +mean of [\d,]+ operations +0\.\d{3} +mean of [\d,]+ operations +-\d+\.\d % +worse/,
    )
  })

  test('--operation: of one operation only', async () => {
    const { weeks } = JSON.parse(
      await compare('weeks', '--operation', 'generate', '--json'),
    ) as AnswerOf<'GET /api/analysis/weeks'>
    expect(new Set(weeks.map(({ model, operation }) => `${model} ${operation}`))).toEqual(
      new Set(['b generate']),
    )
  })

  test('changes: since when', async () => {
    const text = await compare('changes', '--kpi', 'f1_score')
    expect(text).toMatch(/\d{4}-\d\d-\d\d \d\d:00:00 UTC +f1_score +memory +a +8192 .+ worse/)
  })

  test('--json: the answer of the API', async () => {
    const { changes } = JSON.parse(
      await compare('changes', '--json'),
    ) as AnswerOf<'GET /api/analysis/changes'>
    expect(changes[0]).toMatchObject({ model: 'a', improved: false, at: expect.any(Number) })
  })

  test('an unknown KPI is refused with the known ones', async () => {
    await expect(compare('weeks', '--kpi', 'nothing')).rejects.toMatchObject({
      stderr: expect.stringMatching(/kpi[\s\S]+f1_score/),
    })
  })
})

describe('mnemoscope incident', () => {
  test('lists incidents, those that are not over first', async () => {
    const text = await run('incident')
    expect(text).toMatch(
      /INCIDENTS\n[\s\S]+\n\s+1 +.+CRITICAL +acknowledged .+Index lost +ada\n\s+2 +.+WARNING +resolved +10 min +Slow answers +ada/,
    )
    expect(JSON.parse(await run('incident', '--state', 'resolved', '--json'))).toMatchObject({
      incidents: [{ id: 2, state: 'resolved' }],
    })
  })

  test('shows one, also by the id that it had before, and the draft of its post-mortem', async () => {
    const text = await run('incident', '3')
    expect(text).toMatch(/INCIDENT 1: Index lost[\s\S]+ALERTS[\s\S]+F1 score is critical[\s\S]+TIMELINE/)
    expect(text).toMatch(/notification +oncall by webhook: failed \(serverError\)/)
    expect(await run('incident', '1', '--postmortem')).toMatch(
      /^# Incident 1: Index lost\n[\s\S]+the index again \| ada/,
    )
  })

  test.each([
    [['--postmortem'], /needs the id of an incident/],
    [['99'], /there is no incident 99/],
    [['x'], /id can't be "x"/],
  ])('%j is refused', async (args, stderr) => {
    await expect(run('incident', ...args)).rejects.toMatchObject({ stderr: expect.stringMatching(stderr) })
  })
})

test('the review of a report is what a person counts of the two alerts that are stored', async () => {
  const answer = await fetch(`${recorder.url}/api/alerts/review`)
  const { total } = (await answer.json()) as AnswerOf<'GET /api/alerts/review'>
  // One fires; the other was over after ten minutes. Ada has rated both as useful.
  expect(total).toMatchObject({
    episodes: 2,
    open: 1,
    useful: 2,
    noise: 0,
    precision: 1,
    flaps: 0,
    acted_on: 2,
  })
  expect(total.to_recover).toEqual({ median_seconds: 600, count: 1 })
  // The first of its bad operations was five seconds before the first.
  expect(total.to_notice).toEqual({ median_seconds: 5, count: 1 })
  expect(total.to_acknowledge.count).toBe(2)
  expect(await run('report')).toMatch(
    /ALERT REVIEW\n[\s\S]+?\n\s+all alerts +2 +100 % \(2 of 2\) .+ 10 min \(1\) +0 /,
  )
})

test('a time without snapshots says so', () => {
  expect(weekSections({ weeks: [] }, new Map())).toEqual([
    { title: 'WEEKS', rows: [], note: { text: 'No snapshot has a value in this time or a week earlier.' } },
  ])
})

test('measurements have their errors, and those of too small a sample are unknown', () => {
  const place = { kpi: 'latency', service: 'memory', model: 'a', context_size: '8192', operation: 'search' }
  const none = {
    stands_for: null,
    mean: null,
    mean_error: null,
    median: null,
    median_low: null,
    median_high: null,
  }
  const rest = { evaluator: null, structure: null, breaches: 40, p95: null, p95_low: null, p95_high: null }
  const sampled = {
    ...{ measurements: 431, sampled: 391, estimate_of: 'about 4,200 measurements, of which 431 were kept' },
    ...{ stands_for: 4_200, mean: 0.25, mean_error: 0.01, median: 0.2, median_low: 0.19, median_high: 0.21 },
    ...{ p95: 0.4, p95_low: 0.35, p95_high: null },
  }
  const kept = {
    ...{ measurements: 3, sampled: 0, estimate_of: 'all 3 measurements' },
    ...{ stands_for: 3, mean: 2, mean_error: 0, median: 2, median_low: 2, median_high: 2 },
    ...{ p95: 3, p95_low: 3, p95_high: 3 },
  }
  const few = {
    ...none,
    measurements: 40,
    sampled: 0,
    estimate_of: 'unknown: 40 kept, too few of them a sample',
  }
  const measurements = [sampled, kept, few].map((row) => ({ ...place, ...rest, ...row }))
  const [, section] = modelSections({ models: [], measurements }, new Map([['latency', 's']]))
  expect(section?.rows.slice(1).map((row) => row.slice(7, 11).map(({ text }) => text))).toEqual([
    [
      '250.0 ms ± 10.0 ms',
      '200.0 ms (190.0 ms to 210.0 ms)',
      '400.0 ms (350.0 ms to ?)',
      'about 4,200 measurements, of which 431 were kept',
    ],
    ['2.00 s', '2.00 s', '3.00 s', 'all 3 measurements'],
    ['unknown', 'unknown', 'unknown', 'unknown: 40 kept, too few of them a sample'],
  ])
})
