export { type InProcessVectors, langChainEntries } from './adapters/langchain.js'
export { type Mem0, type Mem0Client, mem0ClientEntries, mem0Entries, mem0Memory } from './adapters/mem0.js'
export { type EntryTable, postgresEntries, type Queryable } from './adapters/postgres.js'
export {
  type Collection,
  type Dataset,
  type DatasetFormat,
  datasetFormats,
  type Entry,
  type Question,
} from './datasets/dataset.js'
export { type DatasetOptions, openDataset } from './datasets/open-dataset.js'
export { type Answer, abstention } from './evaluate/answer.js'
export {
  type EvaluateOptions,
  type Evaluation,
  type EvaluationProgress,
  evaluate,
} from './evaluate/evaluate.js'
export { type Summary, summariesOf } from './evaluate/summary.js'
export * from './measures/index.js'
export type { Memory, MemoryCall, SearchCall } from './memory.js'
export {
  type Example,
  type Finding,
  type FindingName,
  findingNames,
  type StoreHealth,
} from './store/findings.js'
export { type ReadStoreOptions, readStore } from './store/read-store.js'
export type { EntrySource, EntryTime, ReadFrom, StoredEntry } from './store/stored-entry.js'
