import { expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { type Titled, titleOf } from '../../src/incidents/title.js'

const { kpis } = defineConfig()

function alert(
  service: string | null,
  kpi: string | null,
  severity: string,
  more: Partial<Titled> = {},
): Titled {
  return { service, kpi, severity, alertname: 'MnemoscopeTargetDown', isMergedAway: false, ...more }
}

test.each<[title: string, alerts: Titled[]]>([
  ['memory: Latency, 1 alert', [alert('memory', 'latency', 'warning')]],
  [
    'memory: F1 score and Latency, 3 alerts',
    [
      alert('memory', 'latency', 'warning'),
      alert('memory', 'f1_score', 'critical'),
      alert('memory', 'latency', 'error'),
    ],
  ],
  [
    'memory: Latency, F1 score and 2 more, 4 alerts',
    ['latency', 'f1_score', 'memory_usage', 'none'].map((kpi) => alert('memory', kpi, 'error')),
  ],
  ['a and b: Latency, 2 alerts', [alert('a', 'latency', 'error'), alert('b', 'latency', 'error')]],
  [
    'a, b and 1 more: Latency, 3 alerts',
    ['a', 'b', 'c'].map((service) => alert(service, 'latency', 'error')),
  ],
  ['Pipeline: Target down, 1 alert', [alert(null, null, 'critical')]],
  [
    'memory: Latency, 1 alert',
    [alert('memory', 'latency', 'warning'), alert('memory', 'latency', 'warning', { isMergedAway: true })],
  ],
])('%s', (title, alerts) => {
  expect(titleOf(alerts, kpis)).toBe(title)
})
