import { describe, expect, test } from '@jest/globals'
import { defineConfig, names } from '@mnemoscope/kpi'
import { parse, stringify } from 'yaml'
import { checkedServers } from '../../src/existing/existing-files.js'
import { generate } from '../../src/generate.js'
import { serversOfManifest } from '../../src/manifest.js'
import { runTool } from '../promtool.js'

const config = defineConfig({
  services: [{ name: 'memory-api', targets: ['10.0.0.5:9464'] }],
  scrapeInterval: '30s',
  endpoints: { recorder: 'https://recorder.example/mnemoscope' },
  alerting: {
    recorderTokenFile: '/run/secrets/recorder-token',
    receivers: { team: { webhook: { url: 'https://log.example/' } } },
    watchdog: { receiver: 'team' },
  },
})
const files = generate(config, { servers: 'existing', parts: [], ruleTests: false })
const additions = parse(files.get('alertmanager/additions.yml') ?? '')

/** An alertmanager.yml of somebody, whose routes match much, and group all alerts of a job. */
const his = {
  route: {
    receiver: 'default',
    group_by: ['job'],
    routes: [
      { matchers: ['severity="critical"'], receiver: 'pager', continue: true },
      { matchers: ['job=~"memory.*"'], receiver: 'memory-team' },
    ],
  },
  receivers: [{ name: 'default' }, { name: 'pager' }, { name: 'memory-team' }],
}
const both = {
  route: { ...his.route, routes: [...additions.route.routes, ...his.route.routes] },
  inhibit_rules: additions.inhibit_rules,
  receivers: [...his.receivers, ...additions.receivers],
}

describe('files for servers that somebody runs', () => {
  test('own nothing of them: no global section, no default receiver, no templates that replace the built-in ones', () => {
    expect([...files.keys()].filter((path) => !path.startsWith('prometheus/rules/'))).toEqual([
      'prometheus/scrape/memory-api.yml',
      'prometheus/scrape/mnemoscope-recorder.yml',
      'alertmanager/additions.yml',
      'mnemoscope.generated.json',
    ])
    expect(Object.keys(additions)).toEqual(['route', 'inhibit_rules', 'receivers'])
    expect(Object.keys(additions.route)).toEqual(['routes'])
    expect(serversOfManifest(files.get('mnemoscope.generated.json') ?? '')).toBe('existing')
    expect(serversOfManifest(generate(config).get('mnemoscope.generated.json') ?? '')).toBe('own')
    expect([...files.values()].join('')).not.toContain(names.watchdogAlert)
  })

  test('have a scrape job for each service and for the recorder, with its own interval', () => {
    const jobs = ['memory-api', 'mnemoscope-recorder'].map(
      (job) => parse(files.get(`prometheus/scrape/${job}.yml`) ?? '').scrape_configs,
    )
    expect(jobs).toEqual([
      [
        {
          job_name: 'memory-api',
          scrape_interval: '30s',
          scrape_timeout: '10s',
          static_configs: [{ targets: ['10.0.0.5:9464'] }],
        },
      ],
      [
        {
          job_name: 'mnemoscope-recorder',
          scrape_interval: '30s',
          scrape_timeout: '10s',
          scheme: 'https',
          metrics_path: '/mnemoscope/metrics',
          static_configs: [{ targets: ['recorder.example:443'] }],
        },
      ],
    ])
  })

  test('match nothing but our alerts: of inhibit rules the sources and the targets', () => {
    const matchers: string[] = additions.inhibit_rules.flatMap(
      (rule: { source_matchers: string[]; target_matchers: string[] }) => [
        rule.source_matchers[0],
        rule.target_matchers[0],
      ],
    )
    expect(matchers.length).toBeGreaterThan(0)
    for (const matcher of matchers) expect(matcher).toMatch(/^alertname=~?"Mnemoscope/)
  })

  test.each([
    ['alertname=DiskFull severity=critical job=node', 'pager'],
    ['alertname=HighLatency severity=warning job=memory-api', 'memory-team'],
    ['alertname=NoMnemoscopeData severity=warning job=node', 'default'],
    [
      'alertname=MnemoscopeLatencyCritical severity=critical job=memory-api',
      'mnemoscope-recorder,mnemoscope-nobody',
    ],
    ['alertname=MnemoscopeEased severity=none job=memory-api', 'mnemoscope-nobody'],
  ])('route %s to %s, by amtool', async (labels, receivers) => {
    const result = await runTool(
      'amtool',
      [
        'config',
        'routes',
        'test',
        '--config.file=alertmanager.yml',
        `--verify.receivers=${receivers}`,
        ...labels.split(' '),
      ],
      new Map([['alertmanager.yml', stringify(both)]]),
    )
    expect(result).toMatchObject({ ok: true })
  })

  test('are accepted by promtool and amtool', async () => {
    const servers = new Map([...files, ...checkedServers(files)])
    expect(
      await runTool('promtool', ['check', 'config', 'prometheus/prometheus.yml'], servers),
    ).toMatchObject({
      ok: true,
    })
    expect(await runTool('amtool', ['check-config', 'alertmanager/alertmanager.yml'], servers)).toMatchObject(
      {
        ok: true,
      },
    )
  })
})
