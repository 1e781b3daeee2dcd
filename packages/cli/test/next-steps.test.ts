import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from '@jest/globals'

const packages = fileURLToPath(new URL('../../', import.meta.url))

/** The text of a `next:` up to the end of its property, which may begin on the following line. */
const nextSteps = /\bnext:\s[\s\S]*?(?:,\n|\n\s*\})/g

test('a next step names a command as a user can type it: the command is in node_modules, not on PATH', () => {
  const steps = ['cli', 'recorder', 'servers', 'generate', 'kpi', 'demo'].flatMap((name) =>
    readdirSync(join(packages, name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(packages, name, 'src', file), 'utf8').matchAll(nextSteps)])
      .map(([text]) => text),
  )
  expect(steps.filter((text) => text.includes('npx mnemoscope')).length).toBeGreaterThan(5)
  expect(steps.filter((text) => /`mnemoscope |npm start/.test(text))).toEqual([])
})

test('so does the page of errors', () => {
  const page = readFileSync(join(packages, '../docs/errors.md'), 'utf8')
  expect(page).toContain('`npx mnemoscope ')
  expect(page).not.toMatch(/`mnemoscope |npm start/)
})
