import { afterAll, expect, test } from '@jest/globals'
import { type Config, defineConfig } from '@mnemoscope/kpi'
import { startFileMaker } from '../../src/changes/file-maker.js'
import { makeFiles } from '../../src/changes/make-files.js'

const maker = startFileMaker()
afterAll(() => maker.stop())

const config = defineConfig({
  services: [{ name: 'memory', targets: ['127.0.0.1:9464'] }],
  handlers: { desk: () => undefined },
  alerting: { receivers: { desk: { webhook: { url: 'https://desk.example/secret' } } } },
})
const options = { endpoints: { grafana: 'http://127.0.0.1:3000' } }

test('a thread makes the same files, and this one goes on meanwhile', async () => {
  // The first time its code is not compiled yet.
  makeFiles(config, options)
  const begun = performance.now()
  const here = makeFiles(config, options)
  const takesMs = performance.now() - begun
  const { result, longestMs } = await watching(() => maker.make(config, options))
  expect(result).toEqual(here)
  expect([...result.secret]).toContain('alertmanager/alertmanager.yml')
  expect(longestMs).toBeLessThan(takesMs / 2)
})

test('what cannot be made is an error, and the next is made all the same', async () => {
  await expect(maker.make({} as Config, options)).rejects.toThrow()
  expect((await maker.make(config, options)).files.size).toBeGreaterThan(20)
})

/** Does some work. @returns with its result the longest time in which nothing else was done */
async function watching<Result>(work: () => Promise<Result>) {
  let [last, longestMs] = [performance.now(), 0]
  const look = () => {
    longestMs = Math.max(longestMs, performance.now() - last)
    last = performance.now()
  }
  const looking = setInterval(look, 1)
  try {
    const result = await work()
    look()
    return { result, longestMs }
  } finally {
    clearInterval(looking)
  }
}
