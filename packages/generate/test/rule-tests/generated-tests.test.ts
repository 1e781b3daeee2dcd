import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { generate } from '../../src/generate.js'
import { runTool } from '../promtool.js'

// One KPI judged by its mean and one counted by outcome; all of them in the long form: npm run test:rules.
test.each(['f1_score', 'overflow_frequency'])(
  'the generated tests of %s pass for the defaults',
  async (kpi) => {
    const path = `prometheus/tests/${kpi}.yml`
    const { ok, output } = await runTool('promtool', ['test', 'rules', path], generate(defineConfig()))
    expect(ok ? '' : output).toBe('')
  },
)

// Fifteen checks an hour, of which no half is a number of checks, and one or two in a window.
test.each(['f1_score', 'f1_score-trend'])(
  'the generated tests of %s pass where rules are evaluated as seldom as may be',
  async (name) => {
    const files = generate(defineConfig({ alertCheckInterval: '4m' }))
    const { ok, output } = await runTool('promtool', ['test', 'rules', `prometheus/tests/${name}.yml`], files)
    expect(ok ? '' : output).toBe('')
  },
)
