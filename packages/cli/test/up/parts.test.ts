import { expect, test } from '@jest/globals'
import { generate } from '@mnemoscope/generate'
import { defineConfig } from '@mnemoscope/kpi'
import { provisioningOf, readerVariables } from '../../src/up/parts.js'

test('the provisioning of a run names its servers, and the dashboards of the active generation', () => {
  const endpoints = { prometheus: 'http://127.0.0.1:19090' }
  const files = provisioningOf(generate(defineConfig(), { endpoints }), '/state/generated/current')
  expect([...files.keys()].sort()).toEqual([
    'provisioning/dashboards/mnemoscope.yml',
    'provisioning/datasources/mnemoscope.yml',
  ])
  expect(files.get('provisioning/dashboards/mnemoscope.yml')).toContain(
    'path: /state/generated/current/grafana/dashboards\n',
  )
  expect(files.get('provisioning/datasources/mnemoscope.yml')).toContain('url: http://127.0.0.1:19090')
  expect([...files.values()].join('\n')).not.toContain('/etc/grafana')
})

test('the data source reads the database as its reader, by the names in the provisioning', () => {
  expect(readerVariables('postgres://admin:hidden@127.0.0.1:5433/mnemo%20scope', 'p')).toEqual({
    MNEMOSCOPE_POSTGRES_ADDRESS: '127.0.0.1:5433',
    MNEMOSCOPE_POSTGRES_DATABASE: 'mnemo scope',
    MNEMOSCOPE_POSTGRES_SSLMODE: 'disable',
    MNEMOSCOPE_READER_PASSWORD: 'p',
  })
})
