export type {
  Ability,
  Canaries,
  Canary,
  CanaryOptions,
  CanaryOutcome,
  CanaryRound,
} from './canaries/canary-options.js'
export type { RequestHandler, WrappedRequest, WrappedResponse } from './exposition/request-handler.js'
export type { ExporterSource, MetricsSource, RegistrySource } from './exposition/sources.js'
export type { Warning, WarningHandler } from './guards/warnings.js'
export type { Monitor, Unsubscribe } from './monitor.js'
export type { GenAiOptions } from './opentelemetry/gen-ai.js'
export type { MetricProducerOptions, Temporality } from './opentelemetry/metric-producer.js'
export type { OtlpOptions } from './opentelemetry/otlp-push.js'
export type { MeasurementsOptions, MonitoringOptions } from './options.js'
export type { LabelledQuestion, Probe, ProbeCall, ProbeOptions, ProbeRun } from './probe/probe-options.js'
export type { RetrievalScore } from './probe/score.js'
export type {
  GaugeRecorder,
  Handle,
  HandleLabels,
  Metadata,
  OperationRecorder,
  OperationValues,
  Recorder,
  RecorderOf,
  ValueOf,
} from './record/handle-types.js'
export type {
  AdaptationResult,
  BenchmarkResult,
  IntegrationSwitches,
  Integrations,
  OverflowResult,
  ResultPlace,
} from './record/integrations.js'
export type { Breach, BreachHandler, MeasurementHandler, TakenMeasurement } from './record/listeners.js'
export type { MeasuredOptions } from './record/measured.js'
export { asBenchmark, isProbe } from './record/traffic.js'
export { startMonitoring } from './start-monitoring.js'
export type { StoreOptions, WatchedStore } from './store/store-options.js'
