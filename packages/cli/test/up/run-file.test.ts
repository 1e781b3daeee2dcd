import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'
import {
  keepOutOfCommits,
  type RunFile,
  readRunFile,
  removeRunFile,
  writeRunFile,
} from '../../src/up/run-file.js'

const folder = temporaryFolder('run-file')
const path = join(folder.path, '.mnemoscope/run.json')
beforeEach(() => rmSync(join(folder.path, '.mnemoscope'), { recursive: true, force: true }))
afterAll(() => folder.remove())

const run: RunFile = {
  recorder: 'http://127.0.0.1:1',
  prometheus: 'http://127.0.0.1:2',
  alertmanager: 'http://127.0.0.1:3',
  serversPasswordFile: '.mnemoscope/secrets/servers-password',
  metrics: null,
  database: 'postgres://mnemoscope:secret@127.0.0.1:4/mnemoscope',
  pids: { mnemoscope: 1 },
}

test('the folder of its data is left out of commits, and what people wrote about that stays', () => {
  keepOutOfCommits(folder.path)
  writeRunFile(folder.path, run)
  const ignored = join(path, '../.gitignore')
  keepOutOfCommits(folder.path)
  expect(readFileSync(ignored, 'utf8')).toBe('*\n')
  writeFileSync(ignored, '*\n!keys.json\n')
  keepOutOfCommits(folder.path)
  expect(readFileSync(ignored, 'utf8')).toBe('*\n!keys.json\n')
})

describe('the file of a running pipeline', () => {
  test('is read as it was written, only by its owner, until it is removed', () => {
    writeRunFile(folder.path, run)
    expect(readRunFile(folder.path)).toEqual(run)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    removeRunFile(folder.path)
    expect(() => readRunFile(folder.path)).toThrow('there is no')
  })

  test('that is missing names the next step, by default to start one', () => {
    expect(() => readRunFile(folder.path)).toThrow(
      expect.objectContaining({ next: 'Start one with `npx mnemoscope up`.' }),
    )
    expect(() => readRunFile(folder.path, 'Name it.')).toThrow(expect.objectContaining({ next: 'Name it.' }))
  })

  test('that is incomplete names no pipeline, and is not reported as missing', () => {
    mkdirSync(join(path, '..'), { recursive: true })
    writeFileSync(path, '{"recorder":')
    expect(() => readRunFile(folder.path)).toThrow('is incomplete')
  })

  test('that cannot be read does not mean that nothing runs', () => {
    mkdirSync(path, { recursive: true })
    expect(() => readRunFile(folder.path)).toThrow('EISDIR')
  })
})
