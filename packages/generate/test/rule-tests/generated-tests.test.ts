import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { runTool } from '../promtool.js'

// One KPI; all of them in the long form: npm run test:rules.
test('the generated tests of a KPI pass for the defaults', async () => {
  const path = 'prometheus/tests/f1_score.yml'
  const { ok, output } = await runTool('promtool', ['test', 'rules', path], generate(defineConfig()))
  expect(ok ? '' : output).toBe('')
})
