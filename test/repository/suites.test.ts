import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'

const { scripts } = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>
}
/** Programs that name their suites themselves. */
const programs = ['test/alerting/main.ts', 'test/browser/main.ts']

/** Globs of files that `npm run test:all` runs beside `npm test`. */
const globs = [
  ...Object.values(scripts),
  ...programs.map((path) => readFileSync(join(repository, path), 'utf8').replaceAll('$' + '{suite}', '*')),
].flatMap((text) =>
  [...text.matchAll(/['`](?:\*\*|<rootDir>)\/([^'`]*\.ts)['`]/g)].map(([, glob = '']) => glob),
)

test('each long suite is run by a script', () => {
  const suites = ['packages', 'test']
    .flatMap((folder) => filesBelow(folder))
    .filter((path) => /\.(?:suite|long)\.ts$/.test(path))
  expect(suites).toContain('test/faults/faults.suite.ts')
  expect(suites.filter((path) => !globs.some((glob) => pattern(glob).test(path)))).toEqual([])
})

function filesBelow(folder: string): string[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (!entry.isDirectory()) return [path]
    return /^(?:node_modules|dist|src)$/.test(entry.name) ? [] : filesBelow(path)
  })
}

/** A glob as these scripts use it, as a regular expression. */
function pattern(glob: string): RegExp {
  const parts: Readonly<Record<string, string>> = {
    '**/': '(?:.+/)?',
    '*': '[^/]*',
    '.': '\\.',
    '{': '(?:',
    ',': '|',
    '}': ')',
  }
  return new RegExp(`^${glob.replaceAll(/\*\*\/|[*.{,}]/g, (part) => parts[part] ?? part)}$`)
}
