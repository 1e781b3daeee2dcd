import { createServer } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { mnemoscope, mnemoscopeHere } from '../harness/index.js'
import { projects } from './projects.js'

const { empty: emptyFolder, withConfig: projectWith } = projects('unreachable')

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
