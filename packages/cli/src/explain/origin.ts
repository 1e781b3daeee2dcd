import { type Kpi, type KpiOverride, names, type Severity, severities } from '@mnemoscope/kpi'

/** Where a setting gets its value from. */
export type Origin = 'patch' | 'file' | 'default'

/** Where the setting at a path gets its value from: a patch counts before the file, the file before the default. */
export function originOf(path: SettingPath, patch: unknown, declared: unknown): Origin {
  if (valueAt(patch, path) !== undefined) return 'patch'
  return valueAt(declared, path) === undefined ? 'default' : 'file'
}

/** The path of a setting: `['kpis', 'f1_score', 'overrides', 0, 'thresholds', 'warning']`. */
export type SettingPath = readonly (string | number)[]

/**
 * The settings that decide when an alert of a KPI fires: of a threshold every one with this number, the KPI's own or
 * an override's; of the alerts of trends, missing data and targets what these are judged by.
 * @param threshold annotation of the rule
 */
export function settingsBehind(
  kpi: Kpi,
  alert: string,
  severity: string | undefined,
  threshold?: string,
): SettingPath[] {
  const own = ['kpis', kpi.id]
  const everywhere = (setting: keyof KpiOverride): SettingPath[] => [
    [...own, setting],
    ...kpi.overrides.flatMap((override, i) =>
      override[setting] === undefined ? [] : [[...own, 'overrides', i, setting]],
    ),
  ]
  const level = severities.find((each) => each === severity)
  if (level === undefined) return []
  switch (alert) {
    case names.alertName(kpi, 'info'):
      return [
        ['alerting', 'trend', 'deviations'],
        ['alerting', 'trend', 'change'],
      ]
    case names.noDataAlertName(kpi):
      return [...everywhere('noData'), [...own, 'expectedFor']]
    case names.burnAlertName(kpi, level):
      return [
        [...own, 'target'],
        [...own, 'minSamples'],
      ]
    default:
      return thresholdPaths(kpi, level)
        .filter(({ value }) => threshold !== undefined && Number(threshold) === value)
        .map(({ path }) => path)
  }
}

/** The settings that decide when an alert of the pipeline about itself fires; none where nothing can be set. */
export function settingsOfPipeline(alert: string): SettingPath[] {
  return behindPipeline.get(alert)?.map((path) => path.split('.')) ?? []
}

const behindPipeline: ReadonlyMap<string, readonly string[]> = new Map([
  [names.pipelineAlert.targetDown, ['services', 'scrapeInterval']],
  [names.pipelineAlert.recorderBehind, ['snapshotInterval']],
  [names.pipelineAlert.ruleEvaluationFailing, ['alertCheckInterval']],
  [names.pipelineAlert.deliveriesFailing, ['alerting.receivers', 'handlers']],
  [names.pipelineAlert.serviceSilent, ['services', 'kpis']],
  [names.pipelineAlert.watchdog, ['alerting.watchdog']],
])

function thresholdPaths(kpi: Kpi, severity: Severity): { path: SettingPath; value: number | undefined }[] {
  if (severity === 'info') return []
  return [
    { path: ['kpis', kpi.id, 'thresholds', severity], value: kpi.thresholds[severity] },
    ...kpi.overrides.map(({ thresholds }, i) => ({
      path: ['kpis', kpi.id, 'overrides', i, 'thresholds', severity],
      value: thresholds?.[severity],
    })),
  ]
}

/** A path as people write it: `kpis.f1_score.overrides[0].thresholds.warning`. */
export function pathText(path: SettingPath): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`)).join('')
}

function valueAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}
