// Runs before a package is packed: builds it, and adds a CommonJS build in dist/cjs. Services still written in CommonJS,
// and test runners that can not `require` ES modules, take that one; see test/packaging.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const target = join('dist', 'cjs')

tsc('-b')
rmSync(target, { recursive: true, force: true })
tsc(
  ...[
    '--project',
    'tsconfig.json',
    '--outDir',
    target,
    '--module',
    'commonjs',
    '--moduleResolution',
    'bundler',
  ],
  // These follow from ES modules, or from building the project as a part of others.
  ...['--verbatimModuleSyntax', 'false', '--composite', 'false', '--incremental', 'false'],
)
mkdirSync(target, { recursive: true })
writeFileSync(join(target, 'package.json'), '{ "type": "commonjs" }\n')

function tsc(...args) {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, error } = spawnSync(process.execPath, [compiler, ...args], { stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(1)
}
