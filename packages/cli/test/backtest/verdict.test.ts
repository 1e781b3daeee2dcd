import { describe, expect, jest, test } from '@jest/globals'
import type { Alerted } from '../../src/backtest/episodes.js'
import type { Replayed } from '../../src/backtest/run.js'
import { exitCodeOf, verdictMarkdown, verdictOf } from '../../src/backtest/verdict.js'
import { backtestCommand } from '../../src/commands/backtest.js'
import { codeMarkdown } from '../../src/report/markdown.js'

const week = 168
const at = (severity: Alerted['severity'], ...spans: [from: number, to: number | undefined][]): Alerted => ({
  ...{ kpi: 'f1_score', severity, service: 's', model: 'gpt|4', contextSize: '8192', operation: 'search' },
  spans: spans.map(([from, to]) => ({ from, to })),
})
const often = (n: number): [number, number][] => Array.from({ length: n }, (_, i) => [i * 100, i * 100 + 50])
const replayed = (today: Alerted[], edited: Alerted[], hours = week, coveredHours = hours): Replayed => ({
  ...{ today, edited, hours, coveredHours, gone: [], unseen: [] },
})
const verdict = (...given: Parameters<typeof replayed>) => verdictOf(replayed(...given))
const nothing = { fired: 0, found: 0 }

describe('what a person would say of an edit', () => {
  test.each<[string, Alerted[], Alerted[], string[]]>([
    ['nothing changes', [at('critical', [0, 900])], [at('critical', [0, 900])], []],
    ['no alerts at all', [], [], []],
    ['noise of a warning goes', [at('warning', ...often(9))], [at('warning')], []],
    [
      'a real incident is missed',
      [at('critical', [0, 900])],
      [at('critical')],
      ['1 urgent alert would be missed'],
    ],
    ['two are', [at('error', [0, 9], [20, 30])], [], ['2 urgent alerts would be missed']],
    ['it comes at the limit', [at('error', [0, 900])], [at('error', [300, 900])], []],
    [
      'it comes too late',
      [at('error', [0, 900])],
      [at('error', [301, 900])],
      ['1 urgent alert would come more than 5 min later'],
    ],
    ['it comes sooner', [at('error', [600, 900])], [at('error', [0, 900])], []],
    ['a few more', [at('warning', ...often(2))], [at('warning', ...often(5))], []],
    [
      'many more',
      [at('warning', ...often(4))],
      [at('warning', ...often(10))],
      ['10 alerts a week in place of 4'],
    ],
    ['a worse level takes its place', [at('error', [0, 900])], [at('error'), at('critical', [0, 900])], []],
    [
      'a worse level takes its place too late',
      [at('error', [0, 900])],
      [at('critical', [600, 900])],
      ['1 urgent alert would come more than 5 min later'],
    ],
    [
      'a milder level takes its place',
      [at('critical', [0, 900])],
      [at('error', [0, 900])],
      ['1 urgent alert would be missed'],
    ],
    ['one still fires', [at('critical', [0, undefined])], [at('critical', [10, undefined])], []],
  ])('%s', (_, today, edited, reasons) => {
    expect(verdict(today, edited)).toMatchObject({ reasons, isWorse: reasons.length > 0 })
  })

  test('one alert more in an hour is not many more', () => {
    expect(verdict([at('warning')], [at('warning', ...often(3))], 1).isWorse).toBe(false)
    expect(verdict([at('warning')], [at('warning', ...often(4))], 1).isWorse).toBe(true)
  })

  test.each<[string, Replayed, 0 | 1 | 2, string | undefined]>([
    ['no history', replayed([], [], week, 0), 2, 'Prometheus holds nothing of this time'],
    ['a third of it', replayed([], [], 90, 30), 2, 'Prometheus holds 30 h of these 90 h, less than half'],
    ['half of it', replayed([], [], 90, 45), 0, undefined],
    [
      'a third, in which it is worse',
      replayed([at('critical', [0, 9])], [], 90, 30),
      1,
      '30 h of these 90 h',
    ],
    ['a KPI that is new', { ...replayed([], []), unseen: ['recall'] }, 0, undefined],
    ['a KPI that is gone', { ...replayed([at('error', [0, 9])], []), gone: ['f1_score'] }, 1, undefined],
    [
      'a KPI with another name',
      { ...replayed([at('error', [0, 9])], []), gone: ['f1_score'], unseen: ['recall'] },
      2,
      '`f1_score` is gone and `recall` has no history',
    ],
  ])('what the past does not say: %s', (_, given, exitCode, reason) => {
    const said = verdictOf(given)
    expect(exitCodeOf(said)).toBe(exitCode)
    expect(said.unknown.join()).toEqual(reason === undefined ? '' : expect.stringContaining(reason))
    if (reason !== undefined) expect(verdictMarkdown(said, given, nothing)).toContain('Not known: ')
  })

  test('the number of alerts is that of a week, whatever the time', () => {
    expect(verdict([at('warning', ...often(4))], [], 2 * week).alertsAWeek).toEqual({ today: 2, edited: 0 })
  })
})

test('a comment for people, in which names are only text', () => {
  const [today, edited] = [[at('critical', [0, 900])], [at('warning', [0, 900])]]
  const text = verdictMarkdown(verdict(today, edited), replayed(today, edited), { fired: 3, found: 2 })
  expect(text).toContain('**Worse: 1 urgent alert would be missed.**')
  expect(text).toContain('| critical | 1 | 0 | 1 | 0 |\n| warning | 0 | 1 | 0 | 1 |\n| all | 1 | 1 | 1 | 1 |')
  expect(text).toContain('1 incident today: 0 missed, 0 caught later, 0 caught earlier with the edit. 0 more')
  expect(text).toContain('has 2 of the 3 alerts that really fired')
  expect(text).toContain(
    '- missed: critical of `f1_score`, `gpt|4 (search) at 8192 in s`, 1970-01-01 00:00:00 UTC',
  )
  const quiet = [at('critical')]
  expect(verdictMarkdown(verdict(quiet, quiet), replayed(quiet, quiet), nothing)).toContain(
    'No alert with either configuration.',
  )
})

test.each([
  ['@acme/team #1 https://evil.example <b>', '`@acme/team #1 https://evil.example <b>`'],
  ['a`b``c', '```a`b``c```'],
  ['`', '`` ` ``'],
  ['a\nb', expect.not.stringContaining('\n')],
])('a name as code: %j', (name, shown) => {
  expect(codeMarkdown(name)).toEqual(shown)
})

test('a failure is not a verdict: its exit code is 2', async () => {
  const [before, said] = [process.exitCode, jest.spyOn(process.stderr, 'write').mockReturnValue(true)]
  const file = 'mnemoscope.config.ts'
  const args = [file, '--ci', '--config', file, '--prometheus-url', 'http://127.0.0.1:1']
  await backtestCommand.parseAsync(args, { from: 'user' })
  expect([process.exitCode, String(said.mock.calls[0]?.[0])]).toEqual([
    2,
    expect.stringContaining('PROMETHEUS_UNREACHABLE'),
  ])
  said.mockRestore()
  process.exitCode = before
})
