import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

const own = fileURLToPath(new URL('..', import.meta.url))
const root = join(own, '..', '..')
// Inside the package, so that its name and its dependencies resolve as for a user.
let folder: string
let messages: string[]
beforeAll(() => {
  folder = mkdtempSync(join(own, 'test', '.readme-'))
  messages = compiled()
}, 60_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Declarations that the examples need. */
const given = `
declare const monitor: import('@mnemoscope/instrumentation').Monitor
declare const labels: { model: string, contextSize: number, operation?: string }
declare const memory: {
  search(question: string, options?: object): Promise<{ id: string, tokens: number, compressed: boolean }[] & { tokens: number, compressed: boolean }>
}
declare const question: string
declare const result: import('@mnemoscope/instrumentation').BenchmarkResult
  & import('@mnemoscope/instrumentation').OverflowResult
  & import('@mnemoscope/instrumentation').AdaptationResult
declare function fallBack(model: string): void
declare function log(measurement: object): void
declare const prometheusExporter: import('@opentelemetry/exporter-prometheus').PrometheusExporter
declare const promClientRegistry: import('prom-client').Registry
declare const countTokens: (text: string) => number
declare const docs: import('@langchain/core/documents').DocumentInterface[]
declare const embeddings: object
declare const MemoryVectorStore: new (embeddings: object) => import('@langchain/core/vectorstores').VectorStore
declare const BM25Retriever: new (fields: object) => import('@langchain/core/retrievers').BaseRetriever
declare const config: Partial<import('mem0ai/oss').MemoryConfig>
declare const openai: (model: string) => Exclude<Parameters<typeof import('ai').wrapLanguageModel>[0]['model'], string>
declare const retriever: import('@langchain/core/retrievers').BaseRetriever
declare function runBenchmark(retriever: object): Promise<void>
declare const searchMemory: import('ai').Tool<string, string>
`

function examples(page: string): string[] {
  return [...readFileSync(join(own, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(
    ([, code]) => code as string,
  )
}

/** The declarations that an example does not make. */
function givenTo(example: string): string {
  return given
    .split(/^(?=declare )/m)
    .filter((declaration) => {
      const [, name] = /^declare (?:const|function) (\w+)/.exec(declaration) ?? []
      return name === undefined || !new RegExp(`^(?:const|import \\{[^}]*\\b) ?${name}\\b`, 'm').test(example)
    })
    .join('')
}

const pages = [
  ['README.md', 7],
  ['docs/adapters.md', 4],
  ['../kpi/README.md', 1],
  ['../evaluation/README.md', 3],
  ['../../docs/evaluating.md', 2],
  ['../../docs/canaries.md', 1],
  ['../../docs/store.md', 2],
] as const

const nameOf = (page: string) => page.replaceAll(/[./]+/g, '-')

/** What the compiler says of the examples of all pages, which are one program: types are read once. */
function compiled(): string[] {
  const files = pages.flatMap(([page]) =>
    examples(page).map((example, i) => {
      const file = join(folder, `${nameOf(page)}-${i}.ts`)
      writeFileSync(file, `${example}\n${givenTo(example)}\nexport {}\n`)
      return file
    }),
  )
  const project = join(folder, 'tsconfig.json')
  writeFileSync(
    project,
    JSON.stringify({ extends: join(root, 'tsconfig.test.json'), include: [], files, references: [] }),
  )
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', project, '--pretty', 'false'], {
    encoding: 'utf8',
    cwd: root,
  })
  // Lines that begin with a space belong to the message above.
  const messages = stdout.split(/^(?=\S)/m).filter((message) => message !== '')
  return status === 0 || messages.length > 0 ? messages : [`tsc ended with ${status}`]
}

test.each(pages)('the examples of %s compile', (page, atLeast) => {
  expect(examples(page).length).toBeGreaterThanOrEqual(atLeast)
  const isOf = (other: string, message: string) => message.includes(`/${nameOf(other)}-`)
  const isOfOther = (message: string) =>
    pages.some(([other]) => other !== page && isOf(other, message) && !isOf(page, message))
  expect(messages.filter((message) => !isOfOther(message))).toEqual([])
})

test('the example of the configuration is valid', () => {
  const [example = ''] = examples('../kpi/README.md')
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', example], {
    encoding: 'utf8',
    cwd: own,
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})
