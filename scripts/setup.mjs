// Makes a fresh clone runnable with nothing but Node and npm: dependencies through the pinned pnpm, then the build.
// Both steps are skipped if their inputs have not changed. `--run` leaves out what only the tests need and does not
// check types, as `npm start` does; where everything is installed already, it stays installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pnpm } from './pnpm.mjs'
import { transpile } from './transpile.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 11)) {
  fail(
    `Node ${process.versions.node} is too old: Mnemoscope needs ${manifest.engines.node}.`,
    'Install Node 20.11 or later: https://nodejs.org/',
  )
}

const lock = createHash('sha256')
  .update(readFileSync(join(root, 'pnpm-lock.yaml')))
  .update(process.version + process.platform + process.arch)
  .digest('hex')
const stamp = join(root, 'node_modules', '.mnemoscope-installed')
const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
const toRun = process.argv.includes('--run') && !installed.startsWith('all ')
// What the command needs to run, and the compiler.
const runOnly = ['--prod', '--filter', manifest.name, '--filter', '@mnemoscope/cli...']

if (installed !== `all ${lock}` && !(toRun && installed === `run ${lock}`)) {
  step('installing dependencies', () =>
    run(
      'npm',
      pnpm(
        ...['install', '--frozen-lockfile', '--prefer-offline', '--config.confirmModulesPurge=false'],
        ...['--reporter=append-only', ...(toRun ? runOnly : [])],
      ),
      'Check the network and the npm registry setting (`npm config get registry`), then run the command again.',
    ),
  )
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, `${toRun ? 'run' : 'all'} ${lock}`)
}

step('building', () => {
  if (toRun) return transpile(root)
  run(
    process.execPath,
    [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'],
    'The lines above name the file and the type error.',
  )
})

/** Does a step, says what it is, and how long it took. */
function step(text, work) {
  process.stderr.write(`mnemoscope: ${text} ...\n`)
  const startedAt = performance.now()
  work()
  process.stderr.write(`mnemoscope: ${text} took ${((performance.now() - startedAt) / 1_000).toFixed(1)} s\n`)
}

function run(command, args, next) {
  const windows = process.platform === 'win32'
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], shell: windows })
  if (done.error) fail(`${command}: ${done.error.message}`, next)
  if (done.status !== 0)
    fail(`\`${[command, ...args].join(' ')}\` ended with ${done.status ?? done.signal}.`, next)
}

function fail(what, next) {
  process.stderr.write(`mnemoscope: ${what}\n  ${next}\n`)
  process.exit(1)
}
