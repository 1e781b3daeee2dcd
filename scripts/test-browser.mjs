// The page's tests in a real browser, with the long ones that measure: `npm run test:browser -- --json` prints figures.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const figures = join(root, '.mnemoscope', 'artifacts', 'browser', 'figures.jsonl')
const json = process.argv.includes('--json')
const args = process.argv.slice(2).filter((arg) => arg !== '--json')

rmSync(figures, { force: true })
const { status, error } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--testMatch',
    '<rootDir>/test/browser/**/*.{test,long}.ts',
    // One after another: what is measured must not share the machine with the rest.
    '--runInBand',
    ...args,
  ],
  // With --json standard output is for figures alone.
  {
    cwd: root,
    stdio: ['ignore', json ? 2 : 'inherit', 'inherit'],
    env: { ...process.env, MNEMOSCOPE_FIGURES: figures },
  },
)
if (error) throw error
const lines = existsSync(figures) ? readFileSync(figures, 'utf8').trim() : ''
if (json) process.stdout.write(`${lines}\n`)
else if (lines !== '') {
  for (const { name, value, worst, unit, goal, ok } of lines.split('\n').map((line) => JSON.parse(line))) {
    const beside = worst === undefined ? '' : `, the worst round ${worst}`
    process.stdout.write(`${ok ? '✓' : '✗'} ${name}: ${value} ${unit}${beside} (at most ${goal})\n`)
  }
}
process.exit(status ?? 1)
