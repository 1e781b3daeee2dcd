// `npm test`: the suite, and beside it what needs no server: types of the tests, style, drift of generated files.
// A part of it is named by jest's own arguments: `npm test -- packages/kpi`.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { memoryFolder } from './memory-folder.mjs'
import { slowest, unexplainedSkips } from './test-results.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const modules = join(root, 'node_modules')
const args = process.argv.slice(2)
const isWhole = args.every((arg) => /^--(json|outputFile=.*|silent|verbose|maxWorkers=\d+)$/.test(arg))
// Node 20 runs ES modules inside jest only behind this flag.
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(modules, 'jest/bin/jest.js'),
]

// Prometheus, Alertmanager and their tools live for seconds here, and hold little: collecting their garbage less often saves a
// fifth of their CPU time.
process.env.GOGC ??= '400'

process.exitCode = await inMemory(
  isWhole ? everything : async () => (await run([...jest, ...args], 'inherit')).code,
)

/** Runs tests whose temporary files are in memory, where that is possible. @returns their exit code */
async function inMemory(tests) {
  const folder = memoryFolder()
  if (folder === undefined) return tests()
  process.env.TMPDIR = folder
  const remove = () => rmSync(folder, { recursive: true, force: true })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      remove()
      process.kill(process.pid, signal)
    })
  }
  try {
    return await tests()
  } finally {
    remove()
  }
}

/** Jest, and everything else at the same time: tests wait more than they compute. @returns the exit code */
async function everything() {
  const fetching = aside('fetching programs', ['--import', 'tsx', 'test/harness/fetch-programs.ts'])
  const checks = [
    aside('types of the tests', [join(modules, 'typescript/bin/tsc'), '-p', 'tsconfig.test.json']),
    aside('style', [join(modules, '@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.']),
    aside('generated files', [join(root, 'packages/cli/bin/mnemoscope.js'), 'check', '--skip-tools']),
  ]
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-results-'))
  const given = args.find((arg) => arg.startsWith('--outputFile='))?.replace('--outputFile=', '')
  const file = given ?? join(folder, 'results.json')
  try {
    const output = [...args, '--json', `--outputFile=${file}`]
    const { code } = await run([...jest, ...output], ['inherit', 'ignore', 'inherit'])
    const results = read(file)
    const skips = results === undefined ? [] : unexplainedSkips(results, root)
    const ended = await Promise.all(checks)
    // A test that lacked a program has tried to fetch it again.
    const failed = [...(code === 0 ? [] : [await fetching]), ...ended].filter((each) => each.code !== 0)
    if (results !== undefined) console.error(slowest(results, root))
    for (const { name, output } of failed) console.error(`\nFAIL ${name}\n${output}`)
    for (const skip of skips)
      console.error(`FAIL skipped, without a reason in scripts/test-results.mjs: ${skip}`)
    return code !== 0 || failed.length > 0 || skips.length > 0 ? 1 : 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Results of jest; undefined where it ended before it had any. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

/** Runs something whose output is printed at the end, and only if it failed. */
async function aside(name, nodeArgs) {
  return { name, ...(await run(nodeArgs, ['ignore', 'pipe', 'pipe'])) }
}

async function run(nodeArgs, stdio) {
  const child = spawn(process.execPath, nodeArgs, { cwd: root, stdio })
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
  const outputs = [child.stdout, child.stderr].flatMap((stream) => (stream === null ? [] : [text(stream)]))
  const [code, ...said] = await Promise.all([ended, ...outputs])
  return { code, output: said.join('').trim() }
}
