import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { generate } from '../../src/generate.js'
import { runTool } from '../promtool.js'

const config = defineConfig({ ruleTargets: ['kubernetes', 'mimir', 'thanos', 'victoriametrics'] })
const files = generate(config)
const contentOf = (path: string) => parse(files.get(path) as string)
const ofPrometheus = [...files.keys()]
  .filter((path) => path.startsWith('prometheus/rules/'))
  .flatMap((path) => contentOf(path).groups)

describe('rules for other engines', () => {
  test('are none unless they are asked for', () => {
    const paths = [...generate(defineConfig()).keys()]
    expect(paths.filter((path) => /deploy\/(?:rules|kubernetes)/.test(path))).toEqual([])
  })

  test('hold the groups of Prometheus in the frame of each engine', () => {
    expect(contentOf('deploy/kubernetes/prometheus-rule.yml')).toEqual({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: {
        name: 'mnemoscope',
        labels: { 'app.kubernetes.io/name': 'mnemoscope', 'app.kubernetes.io/part-of': 'mnemoscope' },
      },
      spec: { groups: ofPrometheus },
    })
    expect(contentOf('deploy/rules/mimir.yml')).toEqual({ namespace: 'mnemoscope', groups: ofPrometheus })
    expect(contentOf('deploy/rules/victoriametrics.yml')).toEqual({ groups: ofPrometheus })
    const { groups } = contentOf('deploy/rules/thanos.yml')
    expect(groups).toEqual(
      ofPrometheus.map((group: object) => ({ ...group, partial_response_strategy: 'abort' })),
    )
  })

  test('have each group name once in a file, as every engine asks', async () => {
    const path = 'deploy/rules/victoriametrics.yml'
    expect(await runTool('promtool', ['check', 'rules', path], files)).toEqual({
      ok: true,
      output: expect.stringContaining('SUCCESS'),
    })
  })
})
