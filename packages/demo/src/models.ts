/** A language model that the memory prepares contexts for. */
export interface Model {
  readonly id: ModelId
  /** Tokens the model can take at once; the `context_size` label of everything recorded for it. */
  readonly window: number
  /** Tokens one question may carry. Kept under the window because each token is paid for, and read, every time. */
  readonly budget: number
}

export type ModelId = 'mistral-7b' | 'mixtral-8x7b' | 'gpt-4o'

/** The models in order of size: adaptation moves up and down this list. */
export const models: readonly Model[] = [
  { id: 'mistral-7b', window: 8_192, budget: 6_000 },
  { id: 'mixtral-8x7b', window: 32_768, budget: 9_000 },
  { id: 'gpt-4o', window: 131_072, budget: 12_000 },
]

/** The model with this id, or undefined. */
export function findModel(id: string): Model | undefined {
  return models.find((model) => model.id === id)
}
