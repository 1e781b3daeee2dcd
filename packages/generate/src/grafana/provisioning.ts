import { type Config, durationSeconds } from '@mnemoscope/kpi'

/** A data source as provisioning creates it and as panels refer to it. */
export interface DataSource {
  /** Name of the dashboards' variable that selects it, as Grafana's dashboard linter asks. */
  readonly variable: string
  /** Label of that variable. */
  readonly label: string
  /** Name and fixed uid of the provisioned one. */
  readonly name: string
  readonly uid: string
  /** Plugin that serves it. */
  readonly type: string
}

export const prometheus = {
  variable: 'prometheus_datasource',
  label: 'Prometheus data source',
  name: 'Mnemoscope Prometheus',
  uid: 'mnemoscope-prometheus',
  type: 'prometheus',
} as const satisfies DataSource

/** Its variable can't be named after its type, as the linter has it: a hyphen ends a variable's name. */
export const postgres = {
  variable: 'postgres_datasource',
  label: 'Postgres data source',
  name: 'Mnemoscope Postgres',
  uid: 'mnemoscope-postgres',
  type: 'grafana-postgresql-datasource',
} as const satisfies DataSource

export const alertmanager = {
  name: 'Mnemoscope Alertmanager',
  uid: 'mnemoscope-alertmanager',
  type: 'alertmanager',
} as const satisfies Omit<DataSource, 'variable' | 'label'>

/** What a panel, a target or a variable says of its data source: the one that the variable selects. */
export function reference({ type, variable }: DataSource): { type: string; uid: string } {
  return { type, uid: `\${${variable}}` }
}

/** Database role that Grafana reads as; `deploy/postgres/roles.sql` makes it. */
export const readerRole = 'mnemoscope_reader'

/** Where Grafana looks for the dashboards: `grafana/dashboards` of this repository has to be mounted or copied there. */
export const dashboardsFolder = '/etc/grafana/dashboards'

/**
 * Environment variables that Grafana reads the database's address, name and reader password from. A value of
 * `$__file{/run/secrets/password}` reads the password from a file.
 */
export const grafanaEnvironment = {
  address: 'MNEMOSCOPE_POSTGRES_ADDRESS',
  database: 'MNEMOSCOPE_POSTGRES_DATABASE',
  sslMode: 'MNEMOSCOPE_POSTGRES_SSLMODE',
  password: 'MNEMOSCOPE_READER_PASSWORD',
  /** Of Prometheus and Alertmanager, where they ask for one. */
  serversPassword: 'MNEMOSCOPE_SERVERS_PASSWORD',
} as const

/**
 * Content of the data sources' provisioning file.
 * https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
 * @param user user of Prometheus and Alertmanager; default: they ask for none
 */
export function dataSourceProvisioning(config: Config, user?: string): object {
  const { address, database, sslMode, password, serversPassword } = grafanaEnvironment
  const login =
    user === undefined
      ? {}
      : {
          basicAuth: true,
          basicAuthUser: user,
          secureJsonData: { basicAuthPassword: `\${${serversPassword}}` },
        }
  return {
    apiVersion: 1,
    datasources: [
      {
        ...identity(prometheus),
        url: config.endpoints.prometheus,
        ...login,
        isDefault: true,
        jsonData: {
          httpMethod: 'POST',
          prometheusType: 'Prometheus',
          // The rate interval follows from it.
          timeInterval: config.scrapeInterval,
          alertmanagerUid: alertmanager.uid,
          // Lists the generated rules and what fires under Grafana's own alerting pages.
          manageAlerts: true,
        },
      },
      {
        ...identity(postgres),
        url: `\${${address}}`,
        user: readerRole,
        jsonData: {
          database: `\${${database}}`,
          sslmode: `\${${sslMode}}`,
          maxOpenConns: 5,
          maxIdleConns: 2,
          connMaxLifetime: durationSeconds('4h'),
          postgresVersion: 1500,
          timescaledb: false,
          timeInterval: config.snapshotInterval,
        },
        secureJsonData: { password: `\${${password}}` },
      },
      {
        ...identity(alertmanager),
        url: config.endpoints.alertmanager,
        ...login,
        jsonData: { implementation: 'prometheus', handleGrafanaManagedAlerts: false },
      },
    ],
  }
}

function identity({ name, uid, type }: { name: string; uid: string; type: string }): object {
  return { name, uid, type, access: 'proxy', editable: false }
}

/**
 * Content of the dashboards' provisioning file.
 * https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards
 */
export function dashboardProvisioning(): object {
  return {
    apiVersion: 1,
    providers: [
      {
        name: 'mnemoscope',
        orgId: 1,
        folder: 'Mnemoscope',
        folderUid: 'mnemoscope',
        type: 'file',
        disableDeletion: true,
        allowUiUpdates: false,
        updateIntervalSeconds: 30,
        options: { path: dashboardsFolder, foldersFromFilesStructure: false },
      },
    ],
  }
}
