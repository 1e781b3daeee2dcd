import { createHash } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import * as z from 'zod'
import { beirFiles, readBeir } from './beir.js'
import type { Collection, Dataset, DatasetFormat } from './dataset.js'
import { arrayItems } from './json-array.js'
import { readLocomo } from './locomo.js'
import { readLongMemEval } from './longmemeval.js'
import { datasetProblem, parsed } from './problem.js'

/** Which part of a dataset is read. */
export interface DatasetOptions {
  /**
   * Judgements of a dataset in BEIR's format: `qrels/<split>.tsv`.
   * @default 'test', or the only ones there are
   */
  readonly split?: string | undefined
}

/**
 * Opens a file of LoCoMo or LongMemEval, or a folder in BEIR's format; which one it is, its content says.
 * @throws MnemoscopeError USAGE if there is no such file; DATASET_INVALID if it has none of these formats
 */
export async function openDataset(path: string, { split }: DatasetOptions = {}): Promise<Dataset> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) {
    throw new MnemoscopeError('USAGE', `there is no dataset at ${resolve(path)}`, {
      value: path,
      expected: 'a file of LoCoMo or LongMemEval, or a folder with corpus.jsonl, queries.jsonl and qrels/',
      next: 'Check the path.',
    })
  }
  const name = basename(resolve(path))
  if (stats.isDirectory()) {
    const files = beirFiles(path, split)
    for (const file of Object.values(files)) requireFile(file)
    return dataset(name, 'beir', Object.values(files), () => readBeir(name, files))
  }
  const format = await formatOf(path)
  const read = format === 'locomo' ? readLocomo : readLongMemEval
  return dataset(name, format, [path], () => read(path))
}

async function dataset(
  name: string,
  format: DatasetFormat,
  files: readonly string[],
  collections: () => AsyncIterable<Collection>,
): Promise<Dataset> {
  const hash = createHash('sha256')
  for (const file of files) for await (const chunk of createReadStream(file)) hash.update(chunk)
  return { name, format, version: hash.digest('hex').slice(0, 12), collections }
}

/** The format of a JSON file, by the fields of its first item. */
async function formatOf(path: string): Promise<DatasetFormat> {
  for await (const part of arrayItems(path)) {
    const first = parsed(part, z.looseObject({}))
    if ('qa' in first) return 'locomo'
    if ('haystack_sessions' in first) return 'longmemeval'
    break
  }
  const what = 'expected items with "qa" (LoCoMo) or "haystack_sessions" (LongMemEval)'
  throw datasetProblem({ file: path, line: 1 }, what)
}

function requireFile(file: string): void {
  if (existsSync(file)) return
  throw new MnemoscopeError('USAGE', `there is no ${file}`, {
    value: file,
    expected: 'corpus.jsonl, queries.jsonl and qrels/ in one folder',
    next: `Check the folder ${join(file, '..')}.`,
  })
}
