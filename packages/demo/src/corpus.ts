import { readdirSync, readFileSync } from 'node:fs'
import { countTokens } from './text.js'

/** One `##` section of a document: the unit that is stored, retrieved, fitted and scored. */
export interface Section {
  /** `document#heading-in-small-letters`, stable as long as the heading is. */
  readonly id: string
  readonly document: string
  readonly documentTitle: string
  readonly heading: string
  /** Heading and prose, as it goes into a context. */
  readonly text: string
  readonly tokens: number
}

/** Where the bundled documents lie, seen from the sources and from the build alike. */
export const corpusFolder = new URL('../corpus/', import.meta.url)

/** All sections of all `.md` files of a folder, by file name and then in reading order. Default: the bundled corpus. */
export function loadSections(folder: URL = corpusFolder): Section[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .flatMap((name) =>
      parseSections(name.slice(0, -'.md'.length), readFileSync(new URL(name, folder), 'utf8')),
    )
}

/** The sections of one Markdown document: a `#` title, then `##` headings each with its prose. */
export function parseSections(document: string, markdown: string): Section[] {
  const [head = '', ...parts] = markdown.split(/^## /m)
  const documentTitle = head.replace(/^# /, '').trim()
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    const text = `${heading}. ${lines.join('\n').trim()}`
    return {
      id: `${document}#${slug(heading)}`,
      document,
      documentTitle,
      heading,
      text,
      tokens: countTokens(text),
    }
  })
}

function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '')
}

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
