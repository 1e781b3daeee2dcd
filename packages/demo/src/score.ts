import type { Question } from './corpus.js'

/** A passage in a context: complete, or what a summary left of it. */
export interface Remembered {
  readonly id: string
  readonly text: string
}

export interface Score {
  /** Share of the passages in the context that carry an answer, 0 to 1. */
  readonly precision: number
  /** Share of the labelled passages whose answer is in the context, 0 to 1. */
  readonly recall: number
  /** Harmonic mean of both: 2pr / (p + r), and 0 when both are 0. */
  readonly f1: number
}

/** Scores the passages that reached the context against the question's labels, as sets. */
export function score(question: Question, passages: readonly Remembered[]): Score {
  const labels = Object.entries(question.relevant)
  const distinct = new Map(passages.map((passage) => [passage.id, passage]))
  const found = labels.filter(([id, evidence]) => distinct.get(id)?.text.includes(evidence)).length
  const precision = distinct.size === 0 ? 0 : found / distinct.size
  const recall = labels.length === 0 ? 0 : found / labels.length
  return { precision, recall, f1: found === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}
