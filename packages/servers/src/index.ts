export { choosePort, freePort, isPortFree } from './ports.js'
export { type FindPostgresOptions, findPostgres } from './postgres/binaries.js'
export { makeReader, makeRecorder, type RoleLogin } from './postgres/roles.js'
export { type PostgresOptions, type RunningPostgres, startPostgres } from './postgres/start-postgres.js'
export { childEnvironment } from './process/environment.js'
export { type EndedLeftover, endLeftovers } from './process/leftovers.js'
export { claimName } from './process/pid-file.js'
export { type FoundServer, serverAt } from './process/server-at.js'
export {
  type ProcessExit,
  type ProcessOptions,
  type ServerProcess,
  startProcess,
} from './process/start-process.js'
export { secretIn } from './secret-file.js'
export { type AlertmanagerOptions, notificationFeatures, startAlertmanager } from './servers/alertmanager.js'
export { findGrafana, type GrafanaOptions, type GrafanaProgram, startGrafana } from './servers/grafana.js'
export { loginHeaders, type ServerLogin, secretsFolder, serverLogin, webConfigOf } from './servers/login.js'
export { type PrometheusOptions, startPrometheus } from './servers/prometheus.js'
export type { RunningServer, ServerOptions } from './servers/server.js'
export { type FindToolOptions, findTool, findTools } from './tools/find-tool.js'
export { isOlder } from './tools/program.js'
export {
  type FoundTool,
  type OnToolProgress,
  oldestVersions,
  type ToolName,
  type ToolProgress,
  type ToolSource,
} from './tools/tool.js'
