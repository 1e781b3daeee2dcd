export * from './measures/index.js'
