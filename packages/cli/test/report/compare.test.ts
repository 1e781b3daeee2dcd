import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import type { AnswerOf } from '@mnemoscope/recorder'
import { mnemoscopeHere } from '../../../../test/harness/index.js'
import { startTestRecorder, type TestRecorder } from '../../../recorder/test/plumbing/recorder.js'
import { seedEverything } from '../../../recorder/test/plumbing/seed.js'
import { weekSections } from '../../src/report/compare.js'

// Real servers on a busy machine take their time.
jest.setTimeout(60_000)

let recorder: TestRecorder

beforeAll(async () => {
  recorder = await startTestRecorder({}, seedEverything)
}, 120_000)
afterAll(() => recorder?.stop(), 60_000)

const compare = async (...args: string[]) => {
  const result = await mnemoscopeHere(process.cwd(), ['compare', ...args, '--url', recorder.url])
  if (result.exitCode === 0) return result.stdout
  throw result
}

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

test('a time without snapshots says so', () => {
  expect(weekSections({ weeks: [] }, new Map())).toEqual([
    { title: 'WEEKS', rows: [], note: { text: 'No snapshot has a value in this time or a week earlier.' } },
  ])
})
