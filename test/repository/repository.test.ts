import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { repository } from '../harness/repository.js'
import { majors } from '../postgres-versions/binaries.js'

const read = (path: string) => readFileSync(join(repository, path), 'utf8')
const manifest = JSON.parse(read('package.json')) as {
  version: string
  engines: { node: string }
  scripts: Record<string, string>
}

interface Job {
  readonly 'runs-on': string
  readonly strategy?: { readonly matrix: Record<string, readonly unknown[]> }
  readonly steps: readonly { readonly uses?: string; readonly run?: string }[]
}

const workflows = readdirSync(join(repository, '.github/workflows')).map((name) => ({
  name,
  content: parse(read(`.github/workflows/${name}`)) as {
    permissions: Record<string, string>
    jobs: Record<string, Job>
  },
}))
const jobs = workflows.flatMap(({ content }) => Object.values(content.jobs))

describe('the workflows', () => {
  test.each(workflows)('$name only reads, and runs npm scripts that exist', ({ content }) => {
    expect(content.permissions).toEqual({ contents: 'read' })
    for (const { steps } of Object.values(content.jobs)) {
      expect(steps.map(({ uses, run }) => [uses, run].filter(Boolean).length)).toEqual(steps.map(() => 1))
      const scripts = steps.flatMap(({ run }) => (run === undefined ? [] : [run]))
      expect(scripts).not.toEqual([])
      for (const script of scripts) {
        const [, name = ''] = /^npm (?:run )?(\S+)/.exec(script) ?? []
        expect(manifest.scripts).toHaveProperty([name])
      }
    }
  })

  test('run the suite on each supported Node and system, and each supported Postgres', () => {
    const matrix = Object.assign({}, ...jobs.map(({ strategy }) => strategy?.matrix ?? {}))
    expect(matrix).toEqual({
      os: ['ubuntu-latest', 'macos-latest'],
      node: [20, 22, 24],
      postgres: [...majors].sort((a, b) => a - b),
    })
    expect(manifest.engines.node).toBe(`>=${matrix.node[0]}.11`)
    expect(matrix.node).toContain(Number(read('.nvmrc')))
  })
})

test('the issue forms ask for something, each by its own id', () => {
  const forms = readdirSync(join(repository, '.github/ISSUE_TEMPLATE')).filter(
    (name) => name !== 'config.yml',
  )
  expect(forms.length).toBeGreaterThan(0)
  for (const name of forms) {
    const form = parse(read(`.github/ISSUE_TEMPLATE/${name}`)) as {
      name: string
      description: string
      body: { type: string; id?: string; attributes: { label?: string } }[]
    }
    expect(form).toMatchObject({ name: expect.any(String), description: expect.any(String) })
    const fields = form.body.filter(({ type }) => type !== 'markdown')
    expect(new Set(fields.map(({ id }) => id)).size).toBe(fields.length)
    for (const { attributes } of fields) expect(attributes.label).toEqual(expect.any(String))
  }
})

/**
 * All packages have one version, and the changelog is written with each change. A release tool would be a second place for
 * the same text, so this check stands in for one.
 */
describe('the changelog', () => {
  const headings = [...read('CHANGELOG.md').matchAll(/^## \[(.+?)\](?: - (.+))?$/gm)]
  const released = headings.slice(1)

  test('begins with what is not released yet', () => {
    expect(headings[0]?.[1]).toBe('Unreleased')
  })

  test('names each release with its date, the newest first, which is the version of the packages', () => {
    for (const [, version, date] of released) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
      expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    }
    // Before the first release there is none to compare with.
    expect([undefined, manifest.version]).toContain(released[0]?.[1])
    for (const name of readdirSync(join(repository, 'packages')))
      expect(JSON.parse(read(`packages/${name}/package.json`)).version).toBe(manifest.version)
  })
})
