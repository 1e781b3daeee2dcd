import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { defineConfig, MnemoscopeError } from '@mnemoscope/kpi'
import { verdictOf } from '../../src/backtest/verdict.js'
import { backtestSeconds, refusalOf } from '../../src/changes/guard.js'
import { readTakenBack, writeTakenBack } from '../../src/changes/taken-back.js'

const demanding = defineConfig({ changes: { backtest: '14d' } })
const twoWeeks = 14 * 86_400

test.each([
  ['a threshold', demanding, ['kpis.f1_score.thresholds.warning'], twoWeeks],
  ['a threshold, and the demand itself', demanding, ['changes.backtest', 'kpis.f1_score.for'], twoWeeks],
  ['how often rules are evaluated', demanding, ['alertCheckInterval'], twoWeeks],
  ['the demand alone', demanding, ['changes.backtest'], undefined],
  ['messages', demanding, ['alerting.groupWait', 'receivers'], undefined],
  ['nothing', demanding, [], undefined],
  ['a threshold, without a demand', defineConfig(), ['kpis.f1_score.thresholds.warning'], undefined],
])('what needs a backtest: %s', (_, inUse, paths, seconds) => {
  expect(
    backtestSeconds(
      inUse,
      paths.map((path) => ({ path })),
    ),
  ).toBe(seconds)
})

const alert = { kpi: 'f1_score', service: 's', model: 'gpt', contextSize: '8192', operation: 'search' }
const critical = { ...alert, severity: 'critical' as const, spans: [{ from: 0, to: 900 }] }
const known = { hours: 336, coveredHours: 336, gone: [], unseen: [] }

test.each([
  ['no worse', { ...known, today: [critical], edited: [critical] }, undefined],
  [
    'worse',
    { ...known, today: [critical], edited: [] },
    /^the edit is not applied\. Worse: 1 urgent alert would be missed\. missed: critical of f1_score, gpt \(search\) at 8192 in s, /,
  ],
  ['not known', { ...known, coveredHours: 0, today: [], edited: [] }, /Not known: Prometheus holds nothing/],
])('%s', (_, replayed, message) => {
  const refusal = refusalOf(verdictOf(replayed))
  if (message === undefined) expect(refusal).toBeUndefined()
  else expect(refusal).toMatchObject({ code: 'CHANGE_REFUSED', message: expect.stringMatching(message) })
})

test('what was taken back is known after a restart, until it is another edit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-taken-back-'))
  expect(readTakenBack(folder, 'a')).toBeUndefined()
  writeTakenBack(folder, 'a', new MnemoscopeError('CHANGE_TAKEN_BACK', 'too many', { next: 'Edit it.' }))
  expect(readTakenBack(folder, 'a')).toMatchObject({ code: 'CHANGE_TAKEN_BACK', message: 'too many' })
  expect(readTakenBack(folder, 'b')).toBeUndefined()
  rmSync(folder, { recursive: true })
})
