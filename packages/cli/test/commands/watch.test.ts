import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import { applyThroughRecorder } from '../../src/commands/watch.js'
import { writeRunFile } from '../../src/up/run-file.js'

const folder = temporaryFolder('through-recorder')
const other = createServer((_, response) => response.end('<html>'))
afterAll(async () => {
  folder.remove()
  await new Promise((resolve) => other.close(resolve))
})

const project = {
  config: defineConfig(),
  configPath: join(folder.path, 'mnemoscope.config.ts'),
  folder: folder.path,
}

test('without a pipeline nothing is applied', async () => {
  expect(await applyThroughRecorder(project)).toBeUndefined()
})

test('another program at the address of a killed pipeline is refused', async () => {
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const recorder = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
  const rest = {
    prometheus: recorder,
    alertmanager: recorder,
    serversPasswordFile: '',
    metrics: null,
    database: '',
    pids: {},
  }
  writeRunFile(folder.path, { recorder, ...rest })
  await expect(applyThroughRecorder(project)).rejects.toMatchObject({
    code: 'RECORDER_UNREACHABLE',
    value: recorder,
  })
})
