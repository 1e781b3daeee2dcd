// The whole suite, or the part named by jest's own arguments: `npm test -- packages/kpi`.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)
const modules = join(root, 'node_modules')

// Types of the tests, style and drift first: they take seconds and say exactly what to mend.
if (args.length === 0) {
  run([join(modules, 'typescript/bin/tsc'), '-p', 'tsconfig.test.json'])
  run([join(modules, '@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.'])
  run([join(root, 'packages/cli/bin/mnemoscope.js'), 'check', '--skip-tools'])
}
// Node 20 runs ES modules inside jest only behind this flag.
run([
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  join(modules, 'jest/bin/jest.js'),
  ...args,
])

function run(nodeArgs) {
  const { status, signal, error } = spawnSync(process.execPath, nodeArgs, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(signal ? 1 : status)
}
