import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { mnemoscope, type mnemoscopeHere } from '../harness/index.js'

/** A configuration that is refused, and what the message names. */
export interface BadConfig {
  readonly what: string
  readonly body: string
  readonly says: readonly string[]
}

export const configs: readonly BadConfig[] = [
  {
    what: 'a wrong type',
    body: `{ snapshotInterval: 60 }`,
    says: ['snapshotInterval', '60', 'expected string'],
  },
  {
    what: 'inverted thresholds',
    body: `{ kpis: { f1_score: { thresholds: { critical: 0.9 } } } }`,
    says: ['kpis.f1_score.thresholds.critical', '0.9', 'below error (0.75)'],
  },
  {
    what: 'an unknown key',
    body: `{ snapshotIntervall: '60s' }`,
    says: ['snapshotIntervall', 'a text of 3 characters', 'did you mean "snapshotInterval"?'],
  },
]

/** Runs a command in a new project with that configuration: it must say what is wrong, and change no file. */
export async function expectRefused(
  folder: string,
  args: readonly string[],
  { body, says }: BadConfig,
  run: typeof mnemoscopeHere = mnemoscope,
): Promise<void> {
  const project = mkdtempSync(join(folder, 'refused-'))
  writeFileSync(
    join(project, 'mnemoscope.config.ts'),
    `import { defineConfig } from '@mnemoscope/kpi'\nexport default defineConfig(${body})\n`,
  )
  const { exitCode, stderr, stdout } = await run(project, args)
  expect(stdout).toBe('')
  for (const words of ['CONFIG_INVALID', ...says]) expect(stderr).toContain(words)
  expect(exitCode).toBe(2)
  expect(readdirSync(project)).toEqual(['mnemoscope.config.ts'])
}
