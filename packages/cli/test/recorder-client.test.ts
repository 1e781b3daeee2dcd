import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { MnemoscopeError } from '@mnemoscope/kpi'
import { temporaryFolder } from '../../../test/harness/temporary-folder.js'
import { ask, recorderUrl } from '../src/recorder-client.js'

const answers: Record<string, { status: number; body: string; length?: number }> = {
  '/page': { status: 200, body: '<html>' },
  '/other': { status: 200, body: '{"status":"ok"}' },
  '/nothing': { status: 200, body: 'null' },
  '/cut': { status: 200, body: '{"summary":', length: 1_000 },
  '/bad': { status: 400, body: 'Bad Request' },
  '/long': { status: 502, body: 'x'.repeat(100_000) },
}
const server = createServer(({ url = '' }, response) => {
  const { status, body, length } = answers[url.replace(/\/api\/.*/, '')] ?? { status: 404, body: '' }
  response.writeHead(status, { 'content-length': length ?? body.length })
  response.write(body)
  if (length === undefined) response.end()
  else setImmediate(() => response.destroy())
})
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe('an address that some other program answers', () => {
  test.each(Object.keys(answers))('%s is reported, with the next step', async (path) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
    const error = await ask(url, 'GET /api/dashboard', { has: 'open_alerts' }).then(
      () => undefined,
      (reason: MnemoscopeError) => reason,
    )
    expect(error).toMatchObject({ code: 'RECORDER_UNREACHABLE', value: url })
    expect(error?.message.length).toBeLessThan(500)
  })
})

describe('the recorder that is asked', () => {
  const before = process.cwd()
  const folder = temporaryFolder('recorder-url')
  afterAll(() => {
    process.chdir(before)
    folder.remove()
  })

  test('is the given one, else the one that runs here, else that of the configuration', async () => {
    process.chdir(folder.path)
    await expect(recorderUrl()).rejects.toMatchObject({ code: 'NOT_RUNNING' })
    const config = (endpoints: object) =>
      writeFileSync('mnemoscope.config.mjs', `export default ${JSON.stringify({ endpoints })}`)
    // A default is no recorder that somebody has.
    config({ prometheus: 'http://prometheus:9090' })
    await expect(recorderUrl()).rejects.toMatchObject({ code: 'NOT_RUNNING' })
    config({ recorder: 'http://recorder:9470' })
    expect(await recorderUrl()).toBe('http://recorder:9470')
    mkdirSync('.mnemoscope')
    writeFileSync(join('.mnemoscope', 'run.json'), JSON.stringify({ recorder: 'http://127.0.0.1:1' }))
    expect(await recorderUrl()).toBe('http://127.0.0.1:1')
    expect(await recorderUrl('https://given/')).toBe('https://given')
    await expect(recorderUrl('given')).rejects.toMatchObject({ code: 'USAGE' })
  })
})
