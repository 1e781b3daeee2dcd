import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Figure, printFigure } from './figures.js'
import { repository } from './repository.js'

/**
 * Runs jest to its end. @returns its exit code
 * @param options `stdout`: where jest's own standard output goes; by default to ours
 */
export function runJest(
  args: readonly string[],
  {
    env = {},
    stdout = 'inherit',
  }: { env?: NodeJS.ProcessEnv; stdout?: 'inherit' | 'ignore' | 'stderr' } = {},
): Promise<number> {
  // Node 20 runs ES modules inside jest only behind this flag.
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning']
  const child = spawn(
    process.execPath,
    [...flags, join(repository, 'node_modules/jest/bin/jest.js'), ...args],
    {
      cwd: repository,
      stdio: ['ignore', stdout === 'stderr' ? 2 : stdout, 'inherit'],
      env: { ...process.env, ...env },
    },
  )
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/**
 * Runs suites that measure, one after another, since what is measured must not share the machine; prints the figures
 * that they keep (see `keepFigure`) and sets the exit code. With `isJson` nothing else goes to standard output.
 */
export async function runMeasuringSuites(
  testMatch: string,
  { isJson, args = [] }: { isJson: boolean; args?: readonly string[] },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-figures-'))
  const file = join(folder, 'figures.jsonl')
  writeFileSync(file, '')
  try {
    process.exitCode = await runJest(['--testMatch', testMatch, '--runInBand', ...args], {
      env: { MNEMOSCOPE_FIGURES: file },
      stdout: isJson ? 'stderr' : 'inherit',
    })
    const lines = readFileSync(file, 'utf8').split('\n')
    for (const line of lines) if (line !== '') printFigure(JSON.parse(line) as Figure, isJson)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
