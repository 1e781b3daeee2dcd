import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { loadProject } from '../../packages/cli/src/config-file.js'
import { program } from '../../packages/cli/src/program.js'
import { temporaryFolder } from '../harness/index.js'
import { blocks, readme, section, stepsOf } from './steps.js'

const folder = temporaryFolder('readme')
afterAll(() => folder.remove())

const steps = stepsOf(section('Instrument a service'))
const file = (name: string) =>
  steps.flatMap((step) => (step.does === 'write' && step.file === name ? [step.text] : []))[0] ?? ''

/** The walk itself takes minutes and a registry: `npm run test:readme`. */
describe('the way from "Instrument a service" to `mnemoscope up`', () => {
  test('installs the command before it uses it, and starts the service before the pipeline', () => {
    expect(steps.map((step) => (step.does === 'run' ? step.command : step.file))).toEqual([
      'npm run pack',
      'mkdir ../my-service && cd ../my-service',
      'npm init --yes',
      'npm install ../mnemoscope/packed/*.tgz',
      'service.mjs',
      'npx mnemoscope init',
      'mnemoscope.config.ts',
      'npx mnemoscope check',
      'node service.mjs',
      'npx mnemoscope up',
      'npx mnemoscope report',
    ])
  })

  test('has a valid configuration that names the service and the address of its metrics', async () => {
    const [, service] = /service: '([^']+)'/.exec(file('service.mjs')) ?? []
    const [, address] = /http:\/\/(\S+)\/metrics/.exec(file('service.mjs')) ?? []
    const path = join(folder.path, 'mnemoscope.config.ts')
    writeFileSync(path, file('mnemoscope.config.ts'))
    const { config } = await loadProject(path)
    expect(config.services).toEqual([{ name: service, targets: [address] }])
  })
})

test('every command of the README exists, with every option that is named with it', () => {
  const used = [...readme().matchAll(/(?:npx )?mnemoscope ([a-z]+(?:-[a-z]+)*)((?: --[a-z-]+)*)/g)]
  const named =
    blocks('sh', readme())
      .join('\n')
      .match(/npx mnemoscope/g) ?? []
  expect(used.length).toBeGreaterThan(named.length)
  const known = new Map(program.commands.map((command) => [command.name(), command]))
  const unknown = used.flatMap(([, name = '', options = '']) => {
    const command = known.get(name)
    if (command === undefined) return [name]
    const longs = command.options.map(({ long }) => long)
    return options.split(' ').filter((option) => option !== '' && !longs.includes(option))
  })
  expect(unknown).toEqual([])
})
