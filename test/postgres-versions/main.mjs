/**
 * Runs whatever asks the database on every major version of Postgres, each a real server:
 *
 *   npm run test:postgres [-- --json] [--only 14,17]
 *
 * Binaries come from npm, once, into .mnemoscope/tools. Exits 1 if a test fails on any version.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { binariesOf, majors } from './binaries.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Baseline, partitions, retention, roll-ups, episodes, outbox, views, analysis, roles, and every panel's SQL. */
const suites = [
  'packages/recorder/test/(database|snapshots|alerts|deliveries|measurements|rows|dashboard|analysis|config)/',
  'packages/recorder/test/(recorder|outage).test',
  'packages/recorder/test/http/webhook.test',
  'test/dashboards/(roles|sql|alert-rows|measured-rows).test',
  'test/postgres-versions/',
]

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string', default: majors.join() } },
})
const tell = (text) => void process.stderr.write(`${text}\n`)

const wanted = options.only.split(',').map(Number)
if (!wanted.every((major) => majors.includes(major))) {
  tell(`--only ${options.only}: there are ${majors.join(', ')}`)
  process.exit(2)
}
for (const major of wanted) {
  const binaries = await binariesOf(major, join(root, '.mnemoscope/tools'), tell)
  tell(`Postgres ${major}: running the tests that ask it …`)
  report(major, await test(major, binaries))
}

/** Runs the suites on one version. @returns jest's own results */
async function test(major, binaries) {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-versions-'))
  const outputFile = join(folder, 'results.json')
  const args = [
    ...['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    ...[join(root, 'node_modules/jest/bin/jest.js'), ...suites],
    ...['--json', '--outputFile', outputFile],
  ]
  const env = {
    ...process.env,
    MNEMOSCOPE_POSTGRES_BINARIES: binaries,
    MNEMOSCOPE_POSTGRES_MAJOR: String(major),
  }
  try {
    // Jest's own --json would write the results to standard output too, where figures belong.
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] })
    await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject))
    return JSON.parse(readFileSync(outputFile, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function report(major, { numTotalTests, numPassedTests, numPendingTests, success }) {
  const run = numTotalTests - numPendingTests
  const ok = success && run > 0
  if (!ok) process.exitCode = 1
  const name = `Postgres ${major}: tests passed`
  console.log(
    options.json
      ? JSON.stringify({ name, value: numPassedTests, unit: 'tests', goal: run, ok })
      : `${ok ? 'ok  ' : 'FAIL'} ${name}: ${numPassedTests} of ${run}`,
  )
}
