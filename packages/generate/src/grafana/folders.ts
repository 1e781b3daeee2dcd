import { dashboardsFolder } from './provisioning.js'

/** Folder of all files for Grafana. */
export const grafanaFolder = 'grafana'

/** Folder of the dashboards: whatever lies in it is generated. */
export const dashboardFolder = `${grafanaFolder}/dashboards`

/** Where the generated files for Grafana lie, and where their provisioning expects the dashboards. */
export const grafanaFolders = {
  provisioning: 'grafana/provisioning',
  dashboards: dashboardFolder,
  mounted: dashboardsFolder,
} as const
