export {
  isBreach,
  overridden,
  overrideMatches,
  overrideRank,
  type Place,
  resolveThreshold,
  severityOf,
  thresholdsAt,
} from './breach.js'
export { withThresholds } from './buckets.js'
export { type BuiltInKpiId, catalog } from './catalog/index.js'
export {
  type Config,
  type ConfigInput,
  configHash,
  defineConfig,
  type KpisInput,
} from './config/define-config.js'
export { ConfigError, type ConfigIssue } from './config/issues.js'
export type { BuiltInKpiInput, CustomKpiInput, Settings } from './config/schema.js'
export { contextSizeClass, largerContextSize } from './context-size.js'
export { durationSeconds } from './duration.js'
export { type ErrorCode, type ErrorDetail, errorCodes, MnemoscopeError } from './errors.js'
export type {
  Direction,
  Instrument,
  Judgement,
  Kpi,
  KpiDeclaration,
  KpiOverride,
  NoData,
  Outcomes,
  Statistic,
  Thresholds,
} from './kpi.js'
export { outcomesOf, type RefusalReason, refusalOf, refusalReasons } from './measurement.js'
export * as names from './names.js'
export { prometheusName } from './prometheus-name.js'
export {
  compareSeverity,
  type Severity,
  severities,
  type ThresholdSeverity,
  thresholdSeverities,
} from './severity.js'
