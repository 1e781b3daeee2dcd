export type { CountTokens, MemoryAdapterOptions, RecordingMonitor } from '../adapter-options.js'
export {
  type LanguageModelMiddleware,
  type LanguageModelOptions,
  languageModelMiddleware,
} from './language-model.js'
export { instrumentTool, type MemoryToolOptions } from './tool.js'
