import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type CliResult, mnemoscopeHere, temporaryFolder } from '../../../../test/harness/index.js'
import { changesSince, failuresOf } from '../../src/evaluate/compare-runs.js'
import { loadMemory } from '../../src/evaluate/load-memory.js'
import { lastRun, type Result } from '../../src/evaluate/results-file.js'

const folder = temporaryFolder('evaluate')
afterAll(() => folder.remove())
const inFolder = (path: string) => join(folder.path, path)

function write(path: string, text: string): string {
  mkdirSync(dirname(inFolder(path)), { recursive: true })
  writeFileSync(inFolder(path), text)
  return inFolder(path)
}

/** Finds each entry that has a word of the question. `forget` are ids that it never finds. */
const memory = (forget: readonly string[] = [], more = '') => `
const texts = new Map()
const words = (text) => text.toLowerCase().match(/\\w{4,}/g) ?? []
export default {
  add({ id, text }) { texts.set(id, words(text)) },
  search(question) {
    const asked = words(question)
    const found = [...texts].filter(([id, each]) => !${JSON.stringify(forget)}.includes(id) && asked.some((word) => each.includes(word)))
    return found.map(([id]) => ({ id }))
  },
  delete(id) { texts.delete(id) },
  close() { ${more} },
}`

const turns = ['The crane is blue.', 'Ada drinks coffee.', 'Ben sold the ferry.', 'Cleo hums.']
write(
  'talks.json',
  JSON.stringify([
    {
      sample_id: 'talk',
      qa: [
        ...turns.map((text, i) => ({ question: `${text}?`, evidence: [`D1:${i}`], category: 4 })),
        { question: 'Which whale?', adversarial_answer: 'none', evidence: [], category: 5 },
      ],
      conversation: { session_1: turns.map((text, i) => ({ speaker: 'Ada', dia_id: `D1:${i}`, text })) },
    },
  ]),
)
write('good.mjs', memory())
write('bad.mjs', memory(['D1:0', 'D1:1', 'D1:2', 'D1:3']))

const evaluate = (...args: string[]): Promise<CliResult> =>
  mnemoscopeHere(folder.path, ['evaluate', '--dataset', 'talks.json', ...args])

beforeEach(() => rmSync(inFolder('.mnemoscope'), { recursive: true, force: true }))

describe('mnemoscope evaluate', () => {
  test('prints the measures by category, and what changed since the last run', async () => {
    const first = await evaluate('--memory', 'good.mjs', '--measures', 'recall@5, mrr')
    expect(first).toMatchObject({ exitCode: 0, stderr: '' })
    expect(first.stdout).toMatch(
      /^ {2}category +questions +recall@5 +mrr +abstention$\n^ {2}all +5 +1\.000 \(0\.51–1\.00\) .* 1\.000 \(0\.21–1\.00\)$/m,
    )
    expect(first.stdout).toMatch(/^ {2}adversarial +1 +1\.000 \(0\.21–1\.00\)$/m)
    expect(first.stdout).not.toContain('Change since')
    const second = await evaluate('--memory', 'bad.mjs', '--measures', 'recall@5')
    expect(second.stdout).toMatch(/^Change since \d{4}-\d{2}-\d{2} \d{2}:\d{2} UTC \(good\.mjs\)$/m)
    expect(second.stdout).toMatch(/^ {2}single-hop +−1\.000 worse$/m)
    expect(second.stdout).toMatch(/^ {2}adversarial +\+0\.000$/m)
  })

  test('keeps each run in a file, with dataset, version, evaluator and category', async () => {
    await evaluate('--memory', 'good.mjs', '--results', 'kept/runs.jsonl')
    await evaluate('--memory', 'bad.mjs', '--results', 'kept/runs.jsonl')
    const lines = readFileSync(inFolder('kept/runs.jsonl'), 'utf8').trim().split('\n')
    const results = lines.map((line) => JSON.parse(line) as Result)
    const run = { dataset: 'talks.json', format: 'locomo', version: expect.stringMatching(/^[\da-f]{12}$/) }
    expect(results.map(({ memory: from, category }) => [from, category])).toEqual(
      ['good.mjs', 'bad.mjs'].flatMap((from) =>
        [null, 'single-hop', 'adversarial'].map((each) => [from, each]),
      ),
    )
    expect(results[1]).toMatchObject({
      ...run,
      evaluator: 'retrieval/1',
      questions: 4,
      failed: 0,
      unlabelled: 0,
      limit: 10,
    })
    expect(results[1]?.measures['ndcg@10']).toEqual({
      mean: 1,
      low: expect.closeTo(0.51, 3),
      high: 1,
      count: 4,
    })
  })

  test('passes where no measure is too low', async () => {
    const thresholds = ['recall@5=0.5', 'abstention=1', 'hit@1=1', 'ndcg@3=1.0']
    const options = thresholds.flatMap((each) => ['--fail-below', each])
    const { stdout, ...rest } = await evaluate('--memory', 'good.mjs', '--json', ...options)
    expect(rest).toMatchObject({ exitCode: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({
      failures: [],
      since: null,
      notes: [],
      entries: 4,
      collections: 1,
    })
  })

  test('ends with exit code 1 if a measure is too low, and says which', async () => {
    const { exitCode, stdout } = await evaluate('--memory', 'bad.mjs', '--fail-below', 'recall@5=0.8')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('Failed: recall@5 is 0.000, expected at least 0.8\n')
  })

  test('ends with exit code 1 if the memory failed, and says why', async () => {
    write(
      'failing.mjs',
      memory().replace(
        'search(question) {',
        "search(question) { if (/whale/.test(question)) throw new Error('no whales')",
      ),
    )
    const { exitCode, stdout } = await evaluate('--memory', 'failing.mjs')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/^ {2}adversarial +1 \(1 failed\)$/m)
    expect(stdout).toContain(
      'Note: The first call that failed: search talk#4: no whales\nFailed: questions without an answer: 1\n',
    )
  })

  test('deletes what it added, and closes the memory', async () => {
    write('closing.mjs', memory([], "if (texts.size === 0) process.stdout.write('closed, and empty')"))
    const { stdout } = await evaluate('--memory', 'closing.mjs')
    expect(stdout).toMatch(/closed, and empty$/)
  })

  test.each([
    ['an unknown measure', ['--measures', 'recal@5'], 'there is no measure "recal@5"'],
    ['a threshold beyond 1', ['--fail-below', 'recall@5=80'], '--fail-below: "recall@5=80"'],
    ['a threshold of an unknown measure', ['--fail-below', 'recal@5=0.8'], 'there is no measure "recal@5"'],
    ['a fraction of a search', ['--parallel', '2.5'], '--parallel: "2.5"'],
    [
      'a file of something else',
      ['--results', 'talks.json'],
      'talks.json:1 is not a result of `mnemoscope evaluate`',
    ],
  ])('refuses %s, and asks nothing', async (_, args, message) => {
    const { exitCode, stderr } = await evaluate('--memory', 'good.mjs', ...args)
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('mnemoscope audit', () => {
  const text = 'Ada said on Monday that the harbour office opens at nine'
  const stored = [
    { id: 'a', text },
    { id: 'b', text, scope: 'ben' },
    { id: 'c', text },
    { id: 'd', text: 'n/a' },
    { id: 'e', text: 'The crane on pier two was red once.', supersededBy: 'd' },
  ]
  write(
    'stored.mjs',
    `export default {
  *entries({ after }) { yield* ${JSON.stringify(stored)} },
  search: () => [{ id: 'e' }],
  close() { process.stdout.write('closed') },
}`,
  )
  const audit = (...args: string[]) =>
    mnemoscopeHere(folder.path, ['audit', '--memory', 'stored.mjs', '--no-secrets', ...args])

  test('prints what is wrong with the entries of a store, and which ones', async () => {
    const { exitCode, stdout } = await audit('--texts')
    expect(exitCode).toBe(0)
    for (const line of [
      /^Mnemoscope {2}stored\.mjs {2}5 entries$/m,
      /^ {2}exact duplicates +1 +25\.00 % of 4$/m,
      /^ {2}entries with secrets +unknown$/m,
      /^ {2}superseded returned +1 +100\.00 % of 1$/m,
      /^ {2}Since the last use: unknown$/m,
      /^Exact duplicates, 1 of 1\n {2}id +why +text\n {2}c +the same text as a +Ada said on Monday/m,
    ])
      expect(stdout).toMatch(line)
    expect(stdout).toMatch(/closed$/)
  })

  test('writes everything as JSON, and ends with exit code 1 if a finding is more than wanted', async () => {
    const limits = ['exact_duplicates=0.2', 'tiny_entries=0.25', 'never_retrieved=1']
    const { exitCode, stdout } = await audit(
      ...limits.flatMap((each) => ['--fail-above', each]),
      ...['--output', 'report.json', '--json'],
    )
    expect(exitCode).toBe(1)
    const report = JSON.parse(readFileSync(inFolder('report.json'), 'utf8')) as Record<string, unknown>
    expect(stdout).toBe(`${JSON.stringify(report)}\nclosed`)
    expect(report).toMatchObject({
      source: 'stored.mjs',
      entries: 5,
      findings: { exact_duplicates: { count: 1, of: 4 }, entries_with_secrets: null, never_retrieved: null },
      excesses: [
        'exact_duplicates is 0.25, expected at most 0.2',
        'never_retrieved is unknown, expected at most 1',
      ],
    })
  })

  test.each([
    [
      'an unknown finding',
      ['--fail-above', 'junk=0.1'],
      2,
      '--fail-above: "junk=0.1": expected one of exact_dup',
    ],
    ['a share of nothing', ['--share', '0'], 2, '--share: "0"'],
    ['two stores', ['--postgres', 'postgres://127.0.0.1/a'], 2, 'which store to read: expected --memory'],
    [
      'a column of nothing',
      ['--column', 'words=content'],
      2,
      '--column: "words=content": expected one of id, text',
    ],
    ['a memory without entries', ['--memory', 'good.mjs'], 1, 'its default export has no entries'],
  ])('refuses %s', async (_, args, code, message) => {
    const { exitCode, stderr } = await audit(...args)
    expect([exitCode, stderr]).toEqual([code, expect.stringContaining(message)])
  })
})

describe('the module of a memory', () => {
  test.each([
    ['an object', 'object.mjs', memory()],
    [
      'a function',
      'function.mjs',
      `${memory().replace('export default', 'const memory =')}\nexport default async () => memory`,
    ],
  ])('may be %s', async (_, name, text) => {
    expect(await loadMemory(write(name, text))).toMatchObject({ add: expect.any(Function) })
  })

  test.each([
    ['does not exist', undefined, 'there is no module at'],
    ['is no module', 'export default {', 'Unexpected'],
    ['has no default export', 'export const memory = {}', 'its default export is no object'],
    ['lacks a function', 'export default { add() {} }', 'its default export has no search'],
    [
      'has a function that fails',
      "export default () => { throw new Error('no key') }",
      'its function failed: no key',
    ],
  ])('that %s is refused', async (name, text, message) => {
    const path = inFolder(`refused/${name.replaceAll(' ', '-')}.mjs`)
    if (text !== undefined) write(`refused/${name.replaceAll(' ', '-')}.mjs`, text)
    await expect(loadMemory(path)).rejects.toThrow(message)
  })
})

describe('two runs', () => {
  const estimate = (mean: number) => ({ mean, low: mean - 0.1, high: mean + 0.1, count: 50 })
  const result = (more: Partial<Result>): Result => ({
    ...{
      time: '2026-01-01T00:00:00.000Z',
      dataset: 'd',
      format: 'beir',
      version: 'v1',
      evaluator: 'retrieval/1',
    },
    ...{ memory: 'm', category: null, limit: 10, questions: 50, failed: 0, unlabelled: 0, measures: {} },
    ...more,
  })

  test('are compared by category, and measures without a rank only if as many entries were asked for', () => {
    const before = [result({ measures: { mrr: estimate(0.5), 'recall@5': estimate(0.5) } })]
    const after = [
      result({
        measures: { mrr: estimate(0.9), 'recall@5': estimate(0.9), 'hit@1': estimate(1) },
        limit: 20,
      }),
      result({ category: 'new', measures: { mrr: estimate(1) } }),
    ]
    expect(changesSince(before, after)).toEqual([
      { category: null, measure: 'recall@5', by: 0.4, isCertain: true },
    ])
  })

  test('belong together if dataset, its content and the formulas are the same', () => {
    const kept = [
      result({ time: '1' }),
      result({ time: '2' }),
      result({ time: '2', category: 'c' }),
      result({ time: '3', version: 'v2' }),
      result({ time: '4', dataset: 'e' }),
      result({ time: '5', evaluator: 'retrieval/2' }),
    ]
    expect(lastRun(kept, result({}))).toEqual(kept.slice(1, 3))
    expect(lastRun(kept, result({ version: 'v3' }))).toEqual([])
  })

  test('a measure that nothing has does not pass', () => {
    const all = result({ failed: 2, measures: { mrr: estimate(0.5) } })
    expect(
      failuresOf(
        all,
        [
          { measure: 'mrr', least: 0.5 },
          { measure: 'recall', least: 0 },
        ],
        3,
      ),
    ).toEqual([
      'recall is unknown, expected at least 0: no question has it',
      'entries that were not added: 3',
      'questions without an answer: 2',
    ])
  })
})
