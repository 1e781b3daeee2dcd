export type { AlertEpisode, AlertEvent } from '@mnemoscope/kpi'
export type {
  AnswerOf,
  BodyOf,
  ErrorAnswer,
  EventState,
  Operation,
  ParamsOf,
  QueryOf,
} from './api/contract.js'
export type { AuditedRequest } from './audit/routes.js'
export { type Difference, differencesBetween } from './config/differences.js'
export { type RestartNeeded, restartsFor } from './config/restarts.js'
export type {
  AppliedChange,
  ChangeRequest,
  ConfigProblem,
  ConfigSource,
} from './config/source.js'
export type { ConfigChange } from './config/store.js'
export type { DashboardData, DashboardKpi, DashboardTrend } from './dashboard/dashboard.js'
export type { CurrentKpi, CurrentSnapshot, RecentSnapshot } from './dashboard/snapshots.js'
export { type Trend, type TrendPoint, trendOf } from './dashboard/trend.js'
export {
  type AddressParts,
  type DatabaseAddress,
  libpqVariables,
  ownSources,
  readAddress,
  shownAddress,
  urlOf,
} from './database/address.js'
export { databaseFailure } from './database/errors.js'
export { createPool, type PoolOptions } from './database/pool.js'
export { prepareDatabase, rebuildDatabase } from './database/prepare.js'
export {
  type AlertHandler,
  configuredHandlers,
  consoleHandler,
  type FileHandlerOptions,
  fileHandler,
  type WebhookHandlerOptions,
  webhookHandler,
} from './deliveries/handlers.js'
export { replayDeliveries } from './deliveries/queue.js'
export {
  hashOf,
  type Key,
  type Openness,
  type Scope as KeyScope,
  scopes as keyScopes,
} from './http/access.js'
export { followKeyFile, type KeyChange, type KeyFile, newKey, readKeyFile } from './http/key-file.js'
export { type Listening, listen } from './http/listen.js'
export { csvLine } from './http/row-format.js'
export type { Column } from './reading/columns.js'
export { openReader, type Reader, type ReaderOptions, type RowBatch } from './reading/reader.js'
export { type Recorder, type RecorderOptions, startRecorder } from './recorder.js'
export { readRunbooks, runbookOf } from './runbooks/routes.js'
export type { Readiness } from './status/readiness.js'
