// Alerting, measured on real servers. `live`: seeded breaches at three rates of traffic; `bench`: what rules and
// changes cost. `--json` prints one line per figure and nothing else.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
const [suite, ...rest] = process.argv.slice(2)
const json = rest.includes('--json')
if (suite !== 'live' && suite !== 'bench') {
  process.stderr.write('usage: node test/alerting/run.mjs live|bench [--json]\n')
  process.exit(2)
}
const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-figures-'))
const figures = join(folder, 'figures.jsonl')
try {
  const { status, error } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--testMatch',
      `<rootDir>/test/alerting/long/${suite}.long.ts`,
      '--runInBand',
    ],
    {
      cwd: root,
      stdio: ['ignore', 2, 'inherit'],
      env: { ...process.env, MNEMOSCOPE_FIGURES: figures },
    },
  )
  if (error) throw error
  const lines = existsSync(figures) ? readFileSync(figures, 'utf8').trim().split('\n') : []
  for (const line of lines) {
    const { name, value, unit, goal, ok } = JSON.parse(line)
    process.stdout.write(json ? `${line}\n` : `${ok ? '✓' : '✗'} ${name}: ${value} ${unit} (goal ${goal})\n`)
  }
  process.exitCode = status ?? 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
