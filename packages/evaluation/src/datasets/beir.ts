import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import * as z from 'zod'
import type { Collection, Entry, Question } from './dataset.js'
import { datasetProblem, parsed } from './problem.js'
import { textLines } from './text-lines.js'

const id = z.union([z.string().min(1), z.number()]).transform(String)
const document = z.looseObject({ _id: id, title: z.string().default(''), text: z.string() })
const query = z.looseObject({ _id: id, text: z.string().min(1) })

/** The files that a folder in BEIR's format (Thakur et al., NeurIPS 2021) is read from. */
export interface BeirFiles {
  readonly corpus: string
  readonly queries: string
  readonly qrels: string
}

/** @throws MnemoscopeError USAGE if there are no judgements of this name, or several and none was named */
export function beirFiles(folder: string, split: string | undefined): BeirFiles {
  const judged = join(folder, 'qrels')
  const splits = existsSync(judged)
    ? readdirSync(judged).flatMap((name) => (name.endsWith('.tsv') ? [basename(name, '.tsv')] : []))
    : []
  const wanted = split ?? (splits.length === 1 ? splits[0] : 'test')
  if (wanted === undefined || !splits.includes(wanted)) {
    throw new MnemoscopeError('USAGE', `${judged} has no ${wanted}.tsv`, {
      value: split,
      expected: splits.length === 0 ? 'qrels/test.tsv' : `one of ${splits.join(', ')}`,
      next: 'Name the judgements with --split, or check the folder.',
    })
  }
  return {
    corpus: join(folder, 'corpus.jsonl'),
    queries: join(folder, 'queries.jsonl'),
    qrels: join(judged, `${wanted}.tsv`),
  }
}

/** Reads a folder in BEIR's format: one collection. The corpus is read as it is added, and never held. */
export async function* readBeir(name: string, files: BeirFiles): AsyncGenerator<Collection> {
  const category = basename(files.qrels, '.tsv')
  const judged = await judgements(files.qrels)
  const questions: Question[] = []
  for await (const line of textLines(files.queries)) {
    const { _id, text } = parsed({ file: files.queries, ...line }, query)
    const judgement = judged.get(_id)
    if (judgement === undefined) continue
    judged.delete(_id)
    questions.push({ id: _id, question: text, category, relevant: judgement.grades, isAnswerable: true })
  }
  for (const [unknown, { line }] of judged) {
    const what = `${JSON.stringify(unknown)} is no query of ${files.queries}`
    throw datasetProblem({ file: files.qrels, line, field: 'query-id' }, what, unknown)
  }
  yield { name, questions, notes: [], entries: () => documents(files.corpus) }
}

async function* documents(file: string): AsyncGenerator<Entry> {
  for await (const line of textLines(file)) {
    const { _id, title, text } = parsed({ file, ...line }, document)
    yield { id: _id, text: title === '' ? text : `${title}\n${text}` }
  }
}

interface Judgement {
  /** Where the query is first judged. */
  readonly line: number
  readonly grades: Map<string, number>
}

async function judgements(file: string): Promise<Map<string, Judgement>> {
  const judged = new Map<string, Judgement>()
  for await (const { line, text } of textLines(file)) {
    const [queryId = '', corpusId = '', score = '', ...more] = text.split('\t')
    if (line === 1 && queryId === 'query-id') continue
    if (queryId === '' || corpusId === '' || score === '' || more.length > 0) {
      throw datasetProblem(
        { file, line },
        'expected a query-id, a corpus-id and a score, divided by tabs',
        text,
      )
    }
    if (!/^-?\d+$/.test(score)) {
      const what = `expected an integer, received ${JSON.stringify(score)}`
      throw datasetProblem({ file, line, field: 'score' }, what, score)
    }
    const judgement = judged.get(queryId) ?? { line, grades: new Map() }
    judgement.grades.set(corpusId, Number(score))
    judged.set(queryId, judgement)
  }
  return judged
}
