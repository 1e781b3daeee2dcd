export type { RequestHandler, WrappedRequest, WrappedResponse } from './exposition/request-handler.js'
export type { Warning, WarningHandler } from './guards/warn-once.js'
export type {
  GaugeRecorder,
  Handle,
  HandleLabels,
  Metadata,
  OperationValues,
  Recorder,
  RecorderOf,
  ValueOf,
} from './handle/handle-types.js'
export type { Monitor } from './monitor.js'
export type { MonitoringOptions } from './options.js'
export type { MetricProducerOptions } from './producer/metric-producer.js'
export type { Temporality } from './producer/temporality.js'
export { startMonitoring } from './start-monitoring.js'
