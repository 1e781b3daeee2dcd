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
