import { describe, expect, test } from '@jest/globals'
import { defineConfig } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { grafanaFiles } from '../../src/grafana/grafana-files.js'

const files = new Map(grafanaFiles(defineConfig()))

function read(path: string): Record<string, unknown> {
  return parse(files.get(path) as string) as Record<string, unknown>
}

/** Keys that Grafana documents: https://grafana.com/docs/grafana/latest/administration/provisioning/ */
const documented = {
  dataSourceFile: ['apiVersion', 'prune', 'deleteDatasources', 'datasources'],
  dataSource:
    'name type access orgId uid url user database basicAuth basicAuthUser withCredentials isDefault jsonData secureJsonData version editable'.split(
      ' ',
    ),
  prometheus:
    'httpMethod manageAlerts allowAsRecordingRulesTarget timeInterval queryTimeout alertmanagerUid prometheusType prometheusVersion cacheLevel disableMetricsLookup incrementalQuerying customQueryParameters exemplarTraceIdDestinations'.split(
      ' ',
    ),
  postgres:
    'database sslmode tlsConfigurationMethod tlsAuth maxOpenConns maxIdleConns maxIdleConnsAuto connMaxLifetime postgresVersion timescaledb timeInterval'.split(
      ' ',
    ),
  alertmanager: ['implementation', 'handleGrafanaManagedAlerts'],
  provider:
    'name orgId folder folderUid type disableDeletion updateIntervalSeconds allowUiUpdates options'.split(
      ' ',
    ),
  options: ['path', 'foldersFromFilesStructure'],
}

function undocumented(value: object, known: readonly string[]): string[] {
  return Object.keys(value).filter((key) => !known.includes(key))
}

interface DataSourceEntry {
  readonly name: string
  readonly type: string
  readonly uid: string
  readonly jsonData: Record<string, unknown>
}

describe('Provisioning', () => {
  const sources = read('grafana/provisioning/datasources/mnemoscope.yml')
  const entries = sources.datasources as DataSourceEntry[]

  test('of data sources has documented fields only', () => {
    expect(undocumented(sources, documented.dataSourceFile)).toEqual([])
    expect(entries.flatMap((entry) => undocumented(entry, documented.dataSource))).toEqual([])
    const kinds = [documented.prometheus, documented.postgres, documented.alertmanager]
    expect(entries.flatMap(({ jsonData }, i) => undocumented(jsonData, kinds[i] ?? []))).toEqual([])
  })

  test('names the three data sources, one of them the default, with uids that others refer to', () => {
    expect(entries.map(({ type }) => type)).toEqual([
      'prometheus',
      'grafana-postgresql-datasource',
      'alertmanager',
    ])
    expect(entries.filter((entry) => 'isDefault' in entry)).toHaveLength(1)
    expect(entries[0]?.jsonData.alertmanagerUid).toBe(entries[2]?.uid)
  })

  test('reads the database as the reader, and no secret is written', () => {
    expect(entries[1]).toMatchObject({
      user: 'mnemoscope_reader',
      url: `\${MNEMOSCOPE_POSTGRES_ADDRESS}`,
      secureJsonData: { password: `\${MNEMOSCOPE_READER_PASSWORD}` },
    })
  })

  test('gives Prometheus the scrape interval, from which the rate interval follows', () => {
    const text = new Map(grafanaFiles(defineConfig({ scrapeInterval: '7s' }))).get(
      'grafana/provisioning/datasources/mnemoscope.yml',
    )
    expect(text).toContain('timeInterval: 7s')
  })

  test('of dashboards has documented fields only, and one provider for the generated folder', () => {
    const dashboards = read('grafana/provisioning/dashboards/mnemoscope.yml')
    expect(undocumented(dashboards, ['apiVersion', 'providers'])).toEqual([])
    const [provider, ...others] = dashboards.providers as { options: object }[]
    expect(others).toEqual([])
    expect(undocumented(provider as object, documented.provider)).toEqual([])
    expect(undocumented(provider?.options as object, documented.options)).toEqual([])
  })
})
