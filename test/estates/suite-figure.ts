import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Figure } from '../harness/figures.js'
import { runJest } from '../harness/jest.js'

/** Runs a suite of this folder. @returns how many of its tests failed, null where none ran */
export async function suiteFigure(name: string, file: string): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-estates-'))
  const outputFile = join(folder, 'results.json')
  try {
    const args = [
      '--testMatch',
      `<rootDir>/test/estates/${file}`,
      '--runInBand',
      '--json',
      '--outputFile',
      outputFile,
    ]
    const code = await runJest(args, { stdout: 'ignore' })
    const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(outputFile, 'utf8'))
    const ran = passed + failed
    return {
      name: `${name}: tests that fail`,
      value: ran === 0 ? null : failed,
      unit: 'tests',
      goal: 0,
      ok: code === 0 && ran > 0,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
