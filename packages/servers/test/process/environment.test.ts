import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { childEnvironment } from '../../src/process/environment.js'
import { readRecord } from '../../src/process/pid-file.js'
import { startProcess } from '../../src/process/start-process.js'
import { stateDir } from '../fixtures/state-dir.js'

const secrets = {
  MNEMOSCOPE_TOKEN: 'canary',
  DATABASE_URL: 'postgres://a:canary@b/c',
  OPENAI_API_KEY: 'canary',
  AWS_SECRET_ACCESS_KEY: 'canary',
  PGPASSWORD: 'canary',
  NODE_OPTIONS: '--title=canary',
  LD_PRELOAD: 'canary',
}
const ordinary = { PATH: '/bin', HOME: '/h', TZ: 'UTC', TMPDIR: '/t', LANG: 'C', LC_ALL: 'C' }

test('a child gets what every program needs, and nothing else', () => {
  expect(childEnvironment([], { ...ordinary, ...secrets, HTTPS_PROXY: 'http://p', GF_A: '1' })).toEqual(
    ordinary,
  )
})

test('what sends requests to others gets proxies too, and Grafana its own settings', () => {
  const env = { ...secrets, HTTPS_PROXY: 'http://p', no_proxy: 'a', SSL_CERT_FILE: '/c', GF_A: '1' }
  expect(childEnvironment(['network'], env)).toEqual({
    HTTPS_PROXY: 'http://p',
    no_proxy: 'a',
    SSL_CERT_FILE: '/c',
  })
  expect(childEnvironment(['grafana'], env)).toEqual({ GF_A: '1' })
})

let state: ReturnType<typeof stateDir>
const before = { ...process.env }
beforeEach(() => {
  state = stateDir()
  Object.assign(process.env, { ...secrets, NODE_OPTIONS: '' })
})
afterEach(() => {
  for (const name of Object.keys(secrets)) delete process.env[name]
  Object.assign(process.env, before)
  state.remove()
})

test('a server and its guardian have no secret of this process in their environment', async () => {
  const sleeper = fileURLToPath(new URL('../fixtures/sleeper.mjs', import.meta.url))
  const server = await startProcess({
    name: 'sleeper',
    command: process.execPath,
    args: [sleeper, 'obedient'],
    stateDir: state.path,
    ready: async () => readFileSync(`${state.path}/logs/sleeper.log`, 'utf8').includes('sleeper'),
    readyTimeoutMs: 20_000,
  })
  try {
    const guardian = readRecord(state.path, 'sleeper')?.guardian?.pid
    // Elsewhere the system does not show it.
    for (const pid of process.platform === 'linux' ? [server.pid, guardian] : []) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
      expect(environment).toContain('PATH=')
      expect(environment).not.toContain('canary')
    }
  } finally {
    await server.stop()
  }
})
