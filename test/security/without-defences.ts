import { spawn } from 'node:child_process'
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { repository } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { type Defence, defences } from './defences.js'

/** A line of what SECURITY.md says is defended. */
export interface DefendedLine {
  readonly attempt: string
  /** Name and path of the test that makes the attempt. */
  readonly test: string
  readonly path: string
}

export function defendedLines(): DefendedLine[] {
  const page = readFileSync(join(repository, 'SECURITY.md'), 'utf8')
  const [, table = ''] = /### What is defended\n([\s\S]*?)\n###/.exec(page) ?? []
  return table
    .split('\n')
    .filter((line) => /^\| (?!---|Attempt)/.test(line))
    .map((line) => {
      const [, attempt = '', test = '', path = ''] =
        /^\| (.+?) \| .*\[([^\]]+)\]\(([^)]+\.(?:test|suite)\.ts)\) \|$/.exec(line) ?? []
      return { attempt, test, path }
    })
}

/** What became of the test of a line. */
export type Outcome = 'passed' | 'failed' | 'not run'

/** Longest time of one test with what it starts. */
const mostMs = 300_000

/**
 * Takes out one defence after the other in a copy of the repository, and runs the test that SECURITY.md names for it.
 * @param wanted which of them; default all
 * @param show gets the outcome of each; `failed` is what it has to be
 */
export async function withoutDefences(
  show: (line: DefendedLine, defence: Defence, outcome: Outcome) => void,
  wanted: (defence: Defence) => boolean = () => true,
): Promise<void> {
  const folder = temporaryFolder('without-defences')
  try {
    copyRepository(folder.path)
    for (const defence of defences.filter(wanted)) {
      const line = defendedLines().find(({ test }) => test.startsWith(defence.test))
      if (line === undefined) throw new Error(`SECURITY.md names no test ${defence.test}`)
      const restore = takeOut(folder.path, defence)
      try {
        show(line, defence, await run(folder.path, line))
      } finally {
        restore()
      }
    }
  } finally {
    folder.remove()
  }
}

/** Its sources and what was built of them; dependencies and programs are those of the repository. */
function copyRepository(folder: string): void {
  const shared = ['node_modules', '.mnemoscope']
  cpSync(repository, folder, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => ![...shared, '.git'].includes(relative(repository, path)),
  })
  for (const name of shared) symlinkSync(join(repository, name), join(folder, name))
}

/** @returns puts it back */
function takeOut(folder: string, { file, from, to }: Defence): () => void {
  const paths = [file, builtOf(file)].map((path) => join(folder, path)).filter(existsSync)
  const texts = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]))
  for (const [path, text] of texts) {
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
    writeFileSync(
      path,
      text.replace(from, () => to),
    )
  }
  return () => {
    for (const [path, text] of texts) writeFileSync(path, text)
  }
}

/** Processes run what was built of a source. */
function builtOf(file: string): string {
  return file.replace('/src/', '/dist/').replace(/\.ts$/, '.js')
}

async function run(folder: string, { test, path }: DefendedLine): Promise<Outcome> {
  const results = join(folder, 'results.json')
  writeFileSync(results, '{}')
  const name = test.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('%s', '.*')
  const which = path.endsWith('.suite.ts') ? ['--testMatch', `**/${path}`] : [path]
  await ended(folder, [
    ...['scripts/test.mjs', ...which, '-t', name, '--maxWorkers=1', '--forceExit'],
    ...['--json', `--outputFile=${results}`],
  ])
  const { testResults = [] } = JSON.parse(readFileSync(results, 'utf8')) as {
    testResults?: { assertionResults: { status: string }[] }[]
  }
  const statuses = testResults.flatMap(({ assertionResults }) => assertionResults.map(({ status }) => status))
  if (statuses.includes('failed')) return 'failed'
  return statuses.includes('passed') ? 'passed' : 'not run'
}

function ended(cwd: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: 'ignore', timeout: mostMs })
    child.once('error', reject)
    child.once('close', () => resolve())
  })
}
