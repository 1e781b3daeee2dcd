import { describe, expect, test } from '@jest/globals'
import { catalog, defineConfig, names } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { generate } from '../../src/generate.js'

const contentOf = (config = defineConfig()) =>
  parse(generate(config).get('alertmanager/alertmanager.yml') as string)

describe('alertmanager.yml', () => {
  test('sends every alert of ours and its end to the recorder first, ungrouped', () => {
    const { route, receivers } = contentOf(
      defineConfig({ alerting: { groupWait: '2s', repeatInterval: '1h' } }),
    )
    expect(route.routes[1]).toEqual({
      matchers: ['alertname=~"Mnemoscope.+"'],
      receiver: 'mnemoscope-recorder',
      group_by: ['...'],
      group_wait: '1s',
      group_interval: '5s',
      repeat_interval: '1h',
      continue: true,
    })
    expect(receivers).toContainEqual({
      name: 'mnemoscope-recorder',
      webhook_configs: [{ url: 'http://127.0.0.1:9470/api/webhook/alertmanager', send_resolved: true }],
    })
  })

  test('sends the recorder its token, from a file, where one is named', () => {
    const recorderTokenFile = '/run/secrets/recorder-token'
    const [, { webhook_configs }] = contentOf(defineConfig({ alerting: { recorderTokenFile } })).receivers
    expect(webhook_configs[0]).toMatchObject({
      http_config: { authorization: { type: 'Bearer', credentials_file: recorderTokenFile } },
    })
  })

  test('sends events to the recorder from 0.33 on, and names the output from 0.35 on', () => {
    const recorderTokenFile = '/run/secrets/recorder-token'
    const output = {
      url: 'http://127.0.0.1:9470/api/webhook/alertmanager/events',
      http_config: { authorization: { type: 'Bearer', credentials_file: recorderTokenFile } },
    }
    const outputsOf = (alertmanager: string) =>
      contentOf(defineConfig({ alerting: { alertmanager, recorderTokenFile } })).event_recorder
        ?.webhook_outputs
    expect(['0.25', '0.32', '0.33', '0.34', '0.35', '1.0'].map(outputsOf)).toEqual([
      undefined,
      undefined,
      [output],
      [output],
      [{ name: 'mnemoscope-recorder', ...output }],
      [{ name: 'mnemoscope-recorder', ...output }],
    ])
  })

  test('sends to both where a receiver has two of a kind', () => {
    const settings = { routing_key_file: '/second' }
    const receivers = {
      team: { pagerduty: { routingKeyFile: '/first' }, other: { pagerduty_configs: [settings] } },
    }
    const { receivers: written } = contentOf(defineConfig({ alerting: { receivers } }))
    expect(written.at(-1).pagerduty_configs).toEqual([
      expect.objectContaining({ routing_key_file: '/first' }),
      settings,
    ])
  })

  test('holds back the end of a level at the same place, of thresholds only', () => {
    const equal = ['kpi', 'job', 'model', 'context_size', 'operation']
    expect(contentOf().inhibit_rules).toEqual(
      ['critical', 'error', 'warning'].map((level) => ({
        source_matchers: ['alertname="MnemoscopeEased"', `eased="${level}"`],
        target_matchers: [
          `alertname=~"${Object.keys(catalog)
            .map((id) => names.alertName({ id }, level))
            .join('|')}"`,
        ],
        equal,
      })),
    )
  })
})
