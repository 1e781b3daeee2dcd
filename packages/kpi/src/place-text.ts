import type { Place } from './thresholds.js'

/** A model with its operation, for people: `gpt-4o (search)`, or `gpt-4o` where the metric has no operation. */
export function modelText({ model, operation }: Pick<Place, 'model' | 'operation'>): string {
  return operation === '' ? model : `${model} (${operation})`
}
