export { type Drift, drift } from './drift.js'
export { type GenerateOptions, generate, generatedFolders } from './generate.js'
export { judgedBy } from './rules/judged-by.js'
