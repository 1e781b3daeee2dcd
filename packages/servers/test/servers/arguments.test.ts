import { expect, test } from '@jest/globals'
import { alertmanagerArgs, notificationFeatures } from '../../src/servers/alertmanager.js'
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

test('Alertmanager runs with those features that its version has', () => {
  const options = { command: 'alertmanager', configFile: '/a.yml', stateDir: '/s', port: 0 }
  const flagsOf = (version: string) =>
    alertmanagerArgs({ ...options, features: notificationFeatures(version) }, '/s/data', 9093).slice(6)
  expect(['0.25.0', '0.27.0', '0.32.1', '0.33.0', '0.35.0', '1.0.0', 'unknown'].map(flagsOf)).toEqual([
    [],
    ['--enable-feature=receiver-name-in-metrics'],
    ['--enable-feature=receiver-name-in-metrics'],
    ...Array.from({ length: 3 }, () => ['--enable-feature=receiver-name-in-metrics,event-recorder']),
    [],
  ])
})
