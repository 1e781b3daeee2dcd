import { afterAll, describe, expect, test } from '@jest/globals'
import { mnemoscopeHere, temporaryFolder } from '../harness/index.js'
import { configs, expectRefused } from './bad-configs.js'
import { projects } from './projects.js'

const folder = temporaryFolder('bad-input')
afterAll(() => folder.remove())
const { empty: emptyFolder, withConfig: projectWith } = projects('projects-of-bad-input')

// Every such configuration with every command, each in its own process: bad-input.suite.ts.
describe.each(configs.slice(0, 1))('a configuration with $what', (config) => {
  test('stops `mnemoscope generate` with exit code 2 and changes no file', () =>
    expectRefused(folder.path, ['generate'], config, mnemoscopeHere))
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
