export type { PartAccess } from './access.js'
export { colors as messageColors } from './alertmanager/messages/colors.js'
export { type RouteTest, routeTests } from './alertmanager/route-tests.js'
export type { Judged, SettingPath } from './alerts/alert-kind.js'
export { type AlertOrigin, originOfAlert } from './alerts/index.js'
export { contextSizeWords } from './context-size-words.js'
export { type ExampleAlert, exampleAlerts } from './example-alerts.js'
export { exampleAnnotations } from './example-annotations.js'
export { checkedServers } from './existing/existing-files.js'
export { type GenerateOptions, generate, generatedFolders } from './generate.js'
export { grafanaFolders } from './grafana/folders.js'
export { grafanaEnvironment, readerRole } from './grafana/provisioning.js'
export {
  type Drift,
  drift,
  manifestPath,
  pathsOfManifest,
  type ServersForm,
  serversOfManifest,
} from './manifest.js'
export { messageLabels } from './message-group.js'
export { type OptionalPart, optionalParts, partOf } from './parts.js'
export { secretFiles } from './secret-files.js'
