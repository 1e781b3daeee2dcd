import { afterAll, describe, test } from '@jest/globals'
import { temporaryFolder } from '../harness/index.js'
import { configs, expectRefused } from './bad-configs.js'

const folder = temporaryFolder('bad-configs')
afterAll(() => folder.remove())

/** Every command that reads the configuration. */
const commands = [['up', '--demo'], ['generate'], ['check'], ['record'], ['demo', '--serve']]

describe.each(configs)('a configuration with $what', (config) => {
  test.each(commands)('stops `mnemoscope %s` with exit code 2 and changes no file', (...args) =>
    expectRefused(folder.path, args, config),
  )
})
