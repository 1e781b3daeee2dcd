import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { withIncoming } from '../../src/tools/incoming.js'
import { stateDir } from '../fixtures/state-dir.js'

let tools: ReturnType<typeof stateDir>
beforeEach(() => {
  tools = stateDir()
})
afterEach(() => tools.remove())

test('the folder is removed whether its preparation succeeds or fails', async () => {
  const seen = await withIncoming(tools.path, async (folder) => {
    writeFileSync(join(folder, 'half'), '')
    return readdirSync(tools.path)
  })
  expect(seen).toHaveLength(1)
  await expect(withIncoming(tools.path, () => Promise.reject(new Error('disk full')))).rejects.toThrow(
    'disk full',
  )
  expect(readdirSync(tools.path)).toEqual([])
})

test('the folder is removed when the process ends before its preparation', () => {
  const program = `
    import { writeFileSync } from 'node:fs'
    import { withIncoming } from '${new URL('../../dist/tools/incoming.js', import.meta.url)}'
    withIncoming(process.argv[1], (folder) => {
      writeFileSync(folder + '/half', '')
      process.exit(3)
    })`
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program, tools.path])
  expect(status).toBe(3)
  expect(readdirSync(tools.path)).toEqual([])
})

test('what a killed process left is swept after an hour, and what is under way or finished stays', async () => {
  for (const name of ['.incoming-old', '.incoming-new', 'prometheus-1.0.0']) mkdirSync(join(tools.path, name))
  const longAgo = Date.now() / 1000 - 2 * 3600
  for (const name of ['.incoming-old', 'prometheus-1.0.0'])
    utimesSync(join(tools.path, name), longAgo, longAgo)
  await withIncoming(tools.path, async () => {})
  expect(readdirSync(tools.path).sort()).toEqual(['.incoming-new', 'prometheus-1.0.0'])
})
