import { execFile, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from '@jest/globals'
import type { Config, ConfigInput } from '@mnemoscope/kpi'
import { findTools, freePort } from '@mnemoscope/servers'
import { eventually, mnemoscope, temporaryFolder } from '../harness/index.js'
import { openDatabases } from '../harness/postgres.js'
import { repository, toolsDir } from '../harness/repository.js'
import { startStack } from '../harness/stack.js'

const folder = temporaryFolder('examples')
const ended: (() => void)[] = []
afterAll(() => {
  for (const end of ended) end()
  folder.remove()
})

/** A copy of an example, with what its package.json asks for. */
function copyOf(name: string, as = name): string {
  const copy = join(folder.path, as)
  cpSync(join(repository, 'examples', name), copy, { recursive: true })
  if (!existsSync(join(copy, 'package.json'))) return copy
  const { dependencies } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(dependencies)) {
    const [from, to] = [packageFolder(dependency), join(copy, 'node_modules', dependency)]
    mkdirSync(dirname(to), { recursive: true })
    symlinkSync(from, to)
  }
  return copy
}

function packageFolder(name: string): string {
  const packages = join(repository, 'packages')
  return name.startsWith('@mnemoscope/')
    ? join(packages, name.replace('@mnemoscope/', ''))
    : (['instrumentation', 'demo', 'recorder']
        .map((owner) => join(packages, owner, 'node_modules', name))
        .find((folder) => existsSync(folder)) ?? name)
}

function start(cwd: string, env: NodeJS.ProcessEnv): void {
  const child = spawn(process.execPath, ['service.mjs'], {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
  ended.push(() => child.kill())
}

test.each([
  ['node-service', 'mnemoscope_f1_score_count'],
  ['fastify', 'mnemoscope_latency_seconds_count'],
  ['custom-kpi', 'mnemoscope_recall_at_5_count'],
])('%s serves its metrics', async (name, series) => {
  const port = await freePort()
  start(copyOf(name), { PORT: String(port) })
  const line = await eventually(`${series} of ${name}`, async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    return text.split('\n').find((each) => each.startsWith(series) && !each.endsWith(' 0'))
  })
  expect(line).toContain('model="gpt-4o"')
})

test('otlp-push sends its metrics to the address of the environment', async () => {
  const bodies: string[] = []
  const collector = createServer(async (request, response) => {
    bodies.push(`${request.url} ${await buffer(request)}`)
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  ended.push(() => collector.close())
  const { port } = collector.address() as AddressInfo
  start(copyOf('otlp-push'), {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
  })
  const body = await eventually('a push', () => bodies.find((each) => each.includes('f1_score')))
  expect(body).toMatch(/^\/v1\/metrics .*memory-api/)
})

test('evaluate measures its memory by its questions', async () => {
  const copy = copyOf('evaluate')
  const { scripts } = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
  const [, ...args] = scripts.start.split(' ')
  const { exitCode, stdout } = await mnemoscope(copy, [...args, '--json'])
  expect(exitCode).toBe(0)
  const { results, failures } = JSON.parse(stdout)
  expect(failures).toEqual([])
  // One question is worded unlike its answer.
  expect(results[0].measures['recall@5']).toMatchObject({ mean: 11 / 12, count: 12 })
  expect(await mnemoscope(copy, [...args, '--fail-below', 'recall@5=0.95'])).toMatchObject({ exitCode: 1 })
})

test('evaluate does the same with a table of Postgres', async () => {
  const databases = await openDatabases()
  try {
    const copy = copyOf('evaluate', 'postgres')
    // A module in TypeScript is read as well.
    cpSync(join(copy, 'postgres.mjs'), join(copy, 'postgres.ts'))
    const DATABASE_URL = await databases.create()
    for (const memory of ['postgres.mjs', 'postgres.ts']) {
      const args = ['evaluate', '--dataset', 'questions', '--memory', memory, '--fail-below', 'recall@5=0.8']
      expect(await mnemoscope(copy, args, { DATABASE_URL })).toMatchObject({ exitCode: 0 })
    }
  } finally {
    await databases.stop()
  }
})

test('existing-prometheus loads the generated rules', async () => {
  const copy = copyOf('existing-prometheus')
  expect(await mnemoscope(copy, ['generate', '--into-existing', '--out', 'monitoring'])).toMatchObject({
    exitCode: 0,
  })
  const { promtool } = await findTools(['promtool'], { toolsDir })
  const { stdout } = await promisify(execFile)(promtool.command, ['check', 'config', 'prometheus.yml'], {
    cwd: copy,
  })
  expect(stdout).toMatch(/SUCCESS: [\d]+ rules found/)
  expect(readdirSync(join(copy, 'monitoring'))).toContain('prometheus')
})

// Python is not everywhere; the SDK is fetched from its package index.
const hasPython = spawnSync('python3', ['-m', 'venv', '--help']).status === 0
const testOfPython = hasPython ? test : test.skip

testOfPython(
  'python is watched by the names of its own metrics',
  async () => {
    const copy = copyOf('python')
    const inPython = join(copy, '.venv/bin')
    await promisify(execFile)('python3', ['-m', 'venv', '.venv'], { cwd: copy })
    await promisify(execFile)(join(inPython, 'pip'), ['install', '--quiet', '-r', 'requirements.txt'], {
      cwd: copy,
    })
    const port = await freePort()
    const child = spawn(join(inPython, 'python'), ['service.py'], {
      cwd: copy,
      env: { ...process.env, PORT: String(port), TAKES: '30', EVERY: '0.05' },
      stdio: 'inherit',
    })
    ended.push(() => child.kill())
    const { default: config } = (await import(pathToFileURL(join(copy, 'mnemoscope.config.mjs')).href)) as {
      default: Config<Required<Pick<ConfigInput, 'kpis'>>>
    }
    const stack = await startStack(`127.0.0.1:${port}`, { kpis: config.declared.kpis })
    try {
      const query =
        "SELECT model, operation FROM alert_episodes WHERE alertname = 'MnemoscopeLatencyCritical'"
      const [episode] = await eventually(
        'an episode',
        async () => {
          const rows = await stack.query(query)
          return rows.length > 0 && rows
        },
        { withinMs: 90_000 },
      )
      expect(episode).toEqual({ model: 'gpt-4o', operation: 'search_memory' })
      const rates = await eventually('a hit rate', async () => {
        const rows = await stack.query<{ value: number }>(
          "SELECT value FROM snapshots WHERE kpi = 'lookup_hit_rate' AND value IS NOT NULL",
        )
        return rows.length > 0 && rows
      })
      for (const { value } of rates) expect(value).toBeGreaterThan(0.4)
    } finally {
      await stack.stop()
    }
  },
  300_000,
)

test('each example has a line in the list and a README', () => {
  const root = join(repository, 'examples')
  const names = readdirSync(root).filter((name) => name !== 'README.md')
  for (const name of names) {
    expect(existsSync(join(root, name, 'README.md'))).toBe(true)
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain(`[${name}](${name})`)
  }
})
