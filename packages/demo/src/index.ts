export { type Adapter, type AdapterOptions, createAdapter } from './adaptation/adapter.js'
export { type Choice, chooseModel, type Situation } from './adaptation/choose-model.js'
export { type Context, contextTokens, type Piece } from './context.js'
export { loadQuestions, loadSections, type Question, type Section } from './corpus.js'
export { applyFault, type Fault, faults, isFault } from './faults.js'
export { type Answer, createMemory, type Economy, type Memory } from './memory.js'
export { findModel, type Model, type ModelId, models } from './models.js'
export { type Allowance, type Fitted, fit } from './overflow/fit.js'
export type {
  AdaptationResult,
  AdaptationStrategy,
  BenchmarkResult,
  OverflowResult,
  OverflowStrategy,
} from './results.js'
export { type CutOff, cutOff } from './retrieve.js'
export { type Score, score } from './score.js'
export { createSession, type Session } from './session.js'
export { type Demo, type DemoOptions, startDemo } from './start-demo.js'
export { createStore, type Hit, type Store } from './store.js'
export { countTokens } from './text.js'
