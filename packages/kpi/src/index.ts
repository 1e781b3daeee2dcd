export type {
  Acknowledgement,
  AlertEpisode,
  AlertEvent,
  AlertRating,
  BreachOperation,
  PrecedingChange,
  Rating,
} from './alert-event.js'
export { ratings } from './alert-event.js'
export { type AlertKind, type AlertScale, alertKindOf, alertKinds, alertScale } from './alert-kind.js'
export { bucketEdge, thresholdEdge } from './boundaries.js'
export { boundarySpellings } from './boundary-spellings.js'
export { canaryKpis } from './catalog/canaries.js'
export { type BuiltInKpiId, catalog } from './catalog/index.js'
export { retrievalKpis } from './catalog/retrieval.js'
export { storeKpis } from './catalog/store.js'
export { type CertifiedFetch, certifiedFetch, clientCertificateIn } from './certified-fetch.js'
export { configHash } from './config/config-hash.js'
export { type ConfigMeaning, configMeaning } from './config/config-meaning.js'
export {
  type Config,
  type ConfigInput,
  defineConfig,
  type KpisInput,
} from './config/define-config.js'
export { ConfigError, type ConfigIssue } from './config/issues.js'
export { assertPatch, type ConfigPatch, mostPatchBytes } from './config/patch.js'
export type { HandlerFunction } from './config/plugin-schema.js'
export type {
  BuiltInKpiInput,
  CustomKpiInput,
  HandlerInput,
  ProxySignIn,
  Settings,
} from './config/schema.js'
export { type Retention, retentionOf } from './config/schema.js'
export { type SecretKind, withoutSecrets } from './config/secrets.js'
export { secretSettings, secretsOf, shownConfig } from './config/shown-config.js'
export {
  boundConnections,
  type ConnectionLimits,
  type ConnectionRank,
  rankConnection,
} from './connections.js'
export { contextSizeClass, contextTokens, largerContextSize } from './context-size.js'
export { durationSeconds, durationText } from './duration.js'
export { type ErrorCode, type ErrorDetail, errorCodes, MnemoscopeError } from './errors.js'
export { eventText } from './event-text.js'
export { extremeText, type MeanSource, meanText, quantileText, valueText } from './figure-text.js'
export { ageing, effectiveOperations, heaviestAgeing, kept, type NewOperations } from './judge/ageing.js'
export {
  type CounterReading,
  counterReach,
  countNew,
  type Growth,
  growthOf,
  type ProcessReading,
} from './judge/counting.js'
export { comparedThreshold, isInBreach, relativeTolerance } from './judge/decide.js'
export {
  type Evidence,
  evidenceAt,
  evidenceQuery,
  type ProvingLane,
  provingLanes,
  type RecordedSample,
} from './judge/evidence.js'
export { type GaugePace, type GaugeScrape, judgeGauge, readingLasts } from './judge/gauge.js'
export { type JudgedMean, judgeMean, type MeanMemory, rememberMean } from './judge/mean.js'
export {
  type Lanes,
  type MeanSettings,
  type MemorySettings,
  meanSettings,
  type ShareSettings,
  shareSettings,
} from './judge/settings.js'
export { type JudgedShare, judgeShare, rememberShare, type ShareMemory } from './judge/share.js'
export { tuning } from './judge/tuning.js'
export type {
  Direction,
  Instrument,
  Judgement,
  Kpi,
  KpiDeclaration,
  KpiOverride,
  NoData,
  Outcomes,
  Quantile,
  Statistic,
  Thresholds,
} from './kpi.js'
export { lastedText } from './lasted-text.js'
export { createListener, type ListenerOptions, type TlsFiles } from './listener.js'
export { escapeMarkdown } from './markdown-text.js'
export {
  countedRange,
  countedValue,
  hasSum,
  judgedRange,
  outcomesOf,
  type RefusalReason,
  refusalOf,
  refusalReasons,
} from './measurement.js'
export * as names from './names.js'
export { modelText } from './place-text.js'
export { definePlugin, type Plugin } from './plugin.js'
export { prometheusName } from './prometheus-name.js'
export type { ReportCell, ReportSection, ReportTone } from './report-section.js'
export { isRunbookAddress } from './runbook.js'
export { hasScrapeToken } from './scrape-token.js'
export {
  compareSeverity,
  type Severity,
  severities,
  type ThresholdSeverity,
  thresholdSeverities,
} from './severity.js'
export {
  type PublishedMetricName,
  publishedMetricNames,
  publishedMetrics,
} from './source/presets.js'
export {
  type KpiSource,
  type SourceCondition,
  type SourceLabel,
  type SourceLabels,
  type SourceSelection,
  sourceSelections,
} from './source/source.js'
export { type Conversion, conversionOf, converted } from './source/units.js'
export {
  defaultOperations,
  isBreach,
  isQuantile,
  kpiAt,
  overridden,
  overrideKeys,
  overrideMatches,
  overrideRank,
  type Place,
  quantileOf,
  severityOf,
  thresholdsAt,
} from './thresholds.js'
export { type TrendChange, trendText } from './trend-text.js'
export { inUnit, unitInWords } from './unit-text.js'
