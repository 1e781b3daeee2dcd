export {
  type Collection,
  type Dataset,
  type DatasetFormat,
  datasetFormats,
  type Entry,
  type Question,
} from './datasets/dataset.js'
export { type DatasetOptions, openDataset } from './datasets/open-dataset.js'
export * from './measures/index.js'
