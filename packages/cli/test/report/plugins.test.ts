import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { reportPlugins } from '../../src/report/report.js'

describe('plugins of the report', () => {
  const before = process.cwd()
  let folder: ReturnType<typeof temporaryFolder>
  let warnings: string[]
  const warn = (text: string) => void warnings.push(text)

  beforeEach(() => {
    folder = temporaryFolder('report-plugins')
    warnings = []
    process.chdir(folder.path)
  })
  afterEach(() => {
    process.chdir(before)
    folder.remove()
  })

  const write = (text: string) => writeFileSync(join(folder.path, 'mnemoscope.config.mjs'), text)

  test('are none where there is no configuration', async () => {
    expect(await reportPlugins(undefined, warn)).toEqual([])
    expect(warnings).toEqual([])
  })

  test('are left out with a warning if the configuration of the folder is invalid', async () => {
    write('export default { kpis: { latency: { thresholds: { warning: 12 } } } }')
    expect(await reportPlugins(undefined, warn)).toEqual([])
    expect(warnings.join('')).toMatch(/CONFIG_INVALID[\s\S]*latency[\s\S]*no sections of plugins/)
  })

  test('of a file that was asked for are no guess: a broken one is an error', async () => {
    write('export default { kpis: { latency: { thresholds: { warning: 12 } } } }')
    await expect(reportPlugins('mnemoscope.config.mjs', warn)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
  })
})
