import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from '../harness/repository.js'

/** Baseline, partitions, retention, roll-ups, episodes, outbox, views, analysis, roles, and every panel's SQL. */
export const suites: readonly string[] = [
  ...[
    ...['alerts', 'analysis', 'config', 'dashboard', 'database', 'deliveries', 'deployments', 'episodes'],
    ...['incidents', 'measurements', 'notifications', 'operations', 'questions', 'review', 'snapshots'],
  ].map((folder) => `packages/recorder/test/${folder}/`),
  ...['http/rows.test', 'recorder.test', 'recorder.suite', 'database-dies.suite', 'outage.suite'].map(
    (file) => `packages/recorder/test/${file}`,
  ),
  ...['roles.test', 'sql.test', 'alert-rows.suite', 'measured-rows.suite'].map(
    (name) => `test/dashboards/${name}`,
  ),
  'test/postgres-versions/',
]

/** Files that a suite can be; some are too long for `npm test`. */
export const testMatch: readonly string[] = [
  '<rootDir>/packages/recorder/test/**/*.{test,suite}.ts',
  '<rootDir>/test/**/*.{test,suite}.ts',
]

/** Suites that do not exist. A test that has moved would not be run, unnoticed. */
export function unmatchedSuites(): string[] {
  return suites.filter((suite) => !existsSync(join(repository, suite.endsWith('/') ? suite : `${suite}.ts`)))
}
