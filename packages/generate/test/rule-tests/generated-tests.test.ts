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
