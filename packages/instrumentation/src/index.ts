export type { RequestHandler, WrappedRequest, WrappedResponse } from './exposition/request-handler.js'
export type { ExporterSource, MetricsSource, RegistrySource } from './exposition/sources.js'
export type { GenAiOptions } from './genai/gen-ai.js'
export type { Warning, WarningHandler } from './guards/warn-once.js'
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
} from './handle/handle-types.js'
export type { MeasuredOptions } from './handle/measured.js'
export type { IntegrationSwitches, Integrations } from './integrations/integrations.js'
export type { ResultPlace } from './integrations/measurements-of.js'
export type { AdaptationResult, BenchmarkResult, OverflowResult } from './integrations/results.js'
export type { Monitor, Unsubscribe } from './monitor.js'
export type { MeasurementsOptions, MonitoringOptions } from './options.js'
export type { OtlpOptions } from './otlp/otlp-options.js'
export { isProbe } from './probe/probe.js'
export type { LabelledQuestion, Probe, ProbeCall, ProbeOptions, ProbeRun } from './probe/probe-options.js'
export { type RetrievalScore, scoreRetrieval } from './probe/score.js'
export type { MetricProducerOptions } from './producer/metric-producer.js'
export type { Temporality } from './producer/temporality.js'
export type { Breach, BreachHandler } from './reactions/breaches.js'
export type { MeasurementHandler, TakenMeasurement } from './reactions/measurements.js'
export { startMonitoring } from './start-monitoring.js'
