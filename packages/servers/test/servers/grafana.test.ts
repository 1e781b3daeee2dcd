import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { findGrafana, grafanaArgs, grafanaVariables } from '../../src/servers/grafana.js'

const root = mkdtempSync(join(tmpdir(), 'grafana-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function write(path: string): string {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '')
  chmodSync(file, 0o755)
  return file
}

describe('Grafana', () => {
  const unpacked = write('release/bin/grafana')
  write('release/conf/defaults.ini')
  const alone = write('alone/bin/grafana')
  write('elsewhere/conf/defaults.ini')

  test('is found on PATH, with the folder around it', () => {
    expect(findGrafana({ PATH: `${root}/nothing:${dirname(unpacked)}` })).toEqual({
      command: unpacked,
      home: join(root, 'release'),
    })
  })

  test('has the home that GRAFANA_HOME names', () => {
    expect(findGrafana({ PATH: dirname(alone), GRAFANA_HOME: join(root, 'elsewhere') })).toEqual({
      command: alone,
      home: join(root, 'elsewhere'),
    })
  })

  test('is not there without a program, and says so', () => {
    expect(findGrafana({ PATH: root })).toEqual({ missing: expect.stringContaining('no program') })
    expect(findGrafana({})).toHaveProperty('missing')
  })

  test('listens on loopback only, keeps everything below its data directory and sends nothing to the internet', () => {
    const program = { command: alone, home: '/home/of/grafana' }
    const variables = { MNEMOSCOPE_READER_PASSWORD: 'secret' }
    const options = { program, stateDir: root, port: 0, provisioningDir: '/p', password: 'admin', variables }
    expect(grafanaArgs(program)).toEqual(['server', '--homepath', '/home/of/grafana'])
    expect(grafanaVariables(options, '/data', 3_001)).toEqual({
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: '3001',
      GF_PATHS_DATA: '/data',
      GF_PATHS_LOGS: '/data/log',
      GF_PATHS_PLUGINS: '/data/plugins',
      GF_PATHS_PROVISIONING: '/p',
      GF_SECURITY_ADMIN_PASSWORD: 'admin',
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      MNEMOSCOPE_READER_PASSWORD: 'secret',
    })
  })
})
