import { expect, test } from '@jest/globals'
import { alertmanagerArgs } from '../../src/servers/alertmanager.js'
import { prometheusArgs } from '../../src/servers/prometheus.js'

test('Prometheus listens on 127.0.0.1 only, leaving what is not given to its own defaults', () => {
  const options = { command: 'prometheus', configFile: '/p.yml', stateDir: '/s', port: 0 }
  expect(prometheusArgs(options, '/s/data', 9090)).toEqual([
    '--config.file=/p.yml',
    '--storage.tsdb.path=/s/data',
    '--web.listen-address=127.0.0.1:9090',
    '--web.external-url=http://127.0.0.1:9090',
    '--web.cors.origin=^$',
    '--query.max-samples=10000000',
  ])
})

test('Alertmanager listens on 127.0.0.1 only and joins no cluster', () => {
  const options = { command: 'alertmanager', configFile: '/a.yml', stateDir: '/s', port: 0 }
  expect(alertmanagerArgs(options, '/s/data', 9093)).toEqual([
    '--config.file=/a.yml',
    '--storage.path=/s/data',
    '--web.listen-address=127.0.0.1:9093',
    '--web.external-url=http://127.0.0.1:9093',
    '--web.route-prefix=/',
    '--cluster.listen-address=',
  ])
})
