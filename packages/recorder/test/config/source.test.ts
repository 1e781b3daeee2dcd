import { expect, test } from '@jest/globals'
import { names } from '@mnemoscope/kpi'
import { Registry } from 'prom-client'
import type { ConfigProblem } from '../../src/config/source.js'
import { showConfigProblem } from '../../src/config/source.js'

test('a scrape shows whether the configuration as written is known not to be in use', async () => {
  const registry = new Registry()
  let problem: ConfigProblem | undefined
  showConfigProblem(registry, { problem: () => problem })
  const shown = async () => (await registry.metrics()).split('\n').filter((line) => /^[a-z]/.test(line))
  expect(await shown()).toEqual([`${names.recorderMetric.configProblem} 0`])
  problem = { at: new Date(0), code: 'CONFIG_INVALID', message: 'bad', next: 'Fix it.' }
  expect(await shown()).toEqual([`${names.recorderMetric.configProblem} 1`])
  problem = undefined
  expect(await shown()).toEqual([`${names.recorderMetric.configProblem} 0`])
})
