import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { mnemoscope, mnemoscopeHere, temporaryFolder } from '../harness/index.js'
import { configs, expectRefused } from './bad-configs.js'

const folder = temporaryFolder('bad-input')
afterAll(() => folder.remove())

// Every such configuration with every command, each in its own process: bad-input.suite.ts.
describe.each(configs.slice(0, 1))('a configuration with $what', (config) => {
  test('stops `mnemoscope generate` with exit code 2 and changes no file', () =>
    expectRefused(folder.path, ['generate'], config, mnemoscopeHere))
  test('stops `mnemoscope up` with exit code 2 and changes no file', () =>
    expectRefused(folder.path, ['up', '--demo'], config))
})

describe.each(configs.slice(1))('a configuration with $what', (config) => {
  test('stops `mnemoscope check` with exit code 2 and changes no file', () =>
    expectRefused(folder.path, ['check'], config, mnemoscopeHere))
})

describe('a configuration file', () => {
  test('that is not there is named, with the command that writes one', async () => {
    const { exitCode, stderr } = await mnemoscopeHere(emptyFolder(), ['check'])
    expect(stderr).toMatch(/CONFIG_NOT_FOUND[\s\S]+mnemoscope init/)
    expect(exitCode).toBe(2)
  })

  test('that does not run is told with its own error', async () => {
    const { exitCode, stderr } = await mnemoscopeHere(projectWith('export default {'), ['check'])
    expect(stderr).toContain('CONFIG_NOT_LOADABLE')
    expect(exitCode).toBe(2)
  })

  test('is written by init, valid, and never over another', async () => {
    const project = emptyFolder()
    expect(await mnemoscopeHere(project, ['init'])).toMatchObject({ exitCode: 0 })
    expect(await mnemoscopeHere(project, ['generate'])).toMatchObject({ exitCode: 0 })
    expect(await mnemoscopeHere(project, ['check', '--skip-tools'])).toMatchObject({ exitCode: 0 })
    expect(await mnemoscopeHere(project, ['init'])).toMatchObject({ exitCode: 2 })
  })

  test('with an error is told as JSON where that was asked for', async () => {
    const { stderr } = await mnemoscopeHere(projectWith('export default { scrapeInterval: 5 }'), [
      'check',
      '--json',
    ])
    expect(JSON.parse(stderr).error).toMatchObject({
      code: 'CONFIG_INVALID',
      value: 5,
      next: expect.any(String),
    })
  })
})

describe('what a command cannot reach', () => {
  const valid = 'export default { services: [] }\n'

  test('a database: one message with the address, without its password, and the next step', async () => {
    const { exitCode, stderr } = await mnemoscope(projectWith(valid), ['record', '--port', '0'], {
      DATABASE_URL: 'postgres://someone:secret@127.0.0.1:1/nowhere',
    })
    expect(stderr).toMatch(/DATABASE_UNREACHABLE[\s\S]+127\.0\.0\.1:1[\s\S]+Next:/)
    expect(stderr).not.toContain('secret')
    expect(exitCode).toBe(1)
  })

  test('a database that no variable names', async () => {
    const { exitCode, stderr } = await mnemoscopeHere(projectWith(valid), ['record'])
    expect(stderr).toMatch(/USAGE[\s\S]+DATABASE_URL/)
    expect(exitCode).toBe(2)
  })

  test('a port that is taken is named with its number', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    const { exitCode, stderr } = await mnemoscope(projectWith(valid), [
      'demo',
      '--serve',
      '--port',
      String(port),
    ])
    expect(stderr).toMatch(new RegExp(`PORT_IN_USE[\\s\\S]+${port}[\\s\\S]+Next:`))
    expect(exitCode).toBe(1)
    await new Promise((resolve) => server.close(resolve))
  })

  test('a pipeline that does not run here', async () => {
    const { exitCode, stderr } = await mnemoscopeHere(emptyFolder(), ['report'])
    expect(stderr).toMatch(/NOT_RUNNING[\s\S]+mnemoscope up/)
    expect(exitCode).toBe(1)
  })

  test('a recorder at an address where none is', async () => {
    const { exitCode, stderr } = await mnemoscopeHere(emptyFolder(), [
      'report',
      '--url',
      'http://127.0.0.1:1',
    ])
    expect(stderr).toMatch(/RECORDER_UNREACHABLE[\s\S]+127\.0\.0\.1:1/)
    expect(exitCode).toBe(1)
  })

  test('an argument that a command does not take', async () => {
    expect(await mnemoscopeHere(emptyFolder(), ['up', '--fault', 'weather'])).toMatchObject({ exitCode: 2 })
    expect(await mnemoscopeHere(emptyFolder(), ['report', '--hours', '-1'])).toMatchObject({ exitCode: 2 })
    const suggested = await mnemoscopeHere(projectWith('export default {}'), ['suggest', '--url', 'nonsense'])
    expect(suggested).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--url: "nonsense"') })
  })
})

let number = 0

function emptyFolder(): string {
  number += 1
  const path = join(folder.path, `project-${number}`)
  mkdirSync(path)
  return path
}

function projectWith(config: string): string {
  const path = emptyFolder()
  writeFileSync(join(path, 'mnemoscope.config.ts'), config)
  return path
}
