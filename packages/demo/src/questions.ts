import { readFileSync } from 'node:fs'
import { corpusFolder } from './sections.js'

/** A question with the passages that a person would answer it from. */
export interface Question {
  readonly id: string
  readonly text: string
  /**
   * Section id -> the words in that section that carry the answer. A section counts as remembered only while these
   * words are in the context, so a summary that lost them is a miss.
   */
  readonly relevant: Readonly<Record<string, string>>
}

/** The bundled questions, labelled by reading the documents. */
export function loadQuestions(): Question[] {
  return JSON.parse(readFileSync(new URL('questions.json', corpusFolder), 'utf8')) as Question[]
}
