import type { Grades } from '../measures/index.js'

/** Something that a memory gets to remember. */
export interface Entry {
  /** Searches have to give this id back. */
  readonly id: string
  readonly text: string
  /** When it was said, as the dataset writes it. */
  readonly time?: string | undefined
}

/** A question of a dataset, with the ids of the entries that answer it. */
export interface Question {
  readonly id: string
  readonly question: string
  /** Kind of question, in words of the dataset: `multi-hop`. */
  readonly category: string
  /**
   * Grades of the entries that answer it, by id. Empty if nothing answers it, or if the dataset does not say what does:
   * then retrieval cannot be measured.
   */
  readonly relevant: Grades
  /** False if nothing in the memory answers it: a good memory finds nothing. */
  readonly isAnswerable: boolean
  /** The right answer, where the dataset has one. */
  readonly answer?: string | undefined
  /** When it is asked, as the dataset writes it. */
  readonly time?: string | undefined
}

/** Entries that are remembered together, and questions about them: a conversation, a history, a corpus. */
export interface Collection {
  readonly name: string
  /** The entries in their order. It can be called again. */
  entries(): AsyncIterable<Entry>
  readonly questions: readonly Question[]
  /** What is odd in the dataset, such as evidence that names no entry, for people. */
  readonly notes: readonly string[]
}

export const datasetFormats = ['locomo', 'longmemeval', 'beir'] as const
export type DatasetFormat = (typeof datasetFormats)[number]

/** A file or folder of labelled questions. */
export interface Dataset {
  /** Name of the file or folder. */
  readonly name: string
  readonly format: DatasetFormat
  /** First 12 hexadecimal digits of the SHA-256 of its files: another content is another version. */
  readonly version: string
  /** Reads the collections, one after the other. @throws MnemoscopeError DATASET_INVALID with file, line and field */
  collections(): AsyncIterable<Collection>
}
