import { expect, test } from '@jest/globals'
import { FilesUnread, type Running, unreadBy } from '../../src/changes/unread.js'
import { configHashMetric } from '../../src/changes/verify.js'

const written = 'route: {}'
const hash = configHashMetric(written)

test.each<[string, Running, Running, string[]]>([
  [
    'both have read them',
    { prometheus: 'a', alertmanager: 1 },
    { prometheus: 'new', alertmanager: hash },
    [],
  ],
  [
    'both had them already',
    { prometheus: 'new', alertmanager: hash },
    { prometheus: 'new', alertmanager: hash },
    [],
  ],
  [
    'Prometheus has rules of before',
    { prometheus: 'a', alertmanager: 1 },
    { prometheus: 'a', alertmanager: hash },
    ['Prometheus'],
  ],
  [
    'neither has anything of ours',
    { prometheus: undefined, alertmanager: 1 },
    { prometheus: undefined, alertmanager: 1 },
    ['Prometheus', 'Alertmanager'],
  ],
  [
    'Alertmanager says no hash',
    { prometheus: 'a', alertmanager: undefined },
    { prometheus: 'new', alertmanager: undefined },
    [],
  ],
  [
    'Prometheus has rules of a third one',
    { prometheus: 'a', alertmanager: hash },
    { prometheus: 'b', alertmanager: hash },
    [],
  ],
])('files are unread where %s', (_, before, after, expected) => {
  expect(unreadBy(before, after, { prometheus: 'new', alertmanager: written })).toEqual(expected)
})

test('an error for two servers names both files', () => {
  const { message, next } = new FilesUnread(['Prometheus', 'Alertmanager'], '/srv/current')
  expect(message).toBe(
    'Prometheus and Alertmanager do not read the files in /srv/current: a reload has changed nothing',
  )
  expect(next).toContain('--config.file=/srv/current/prometheus/prometheus.yml and Alertmanager with')
})
