import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import pg from 'pg'
import type { RunFile } from '../../packages/cli/src/up/run-file.js'
import { eventually, temporaryFolder } from '../harness/index.js'
import { repository } from '../harness/repository.js'
import { blocks, readme, section, stepsOf } from './steps.js'
import { openTerminals } from './terminals.js'

const folder = temporaryFolder('readme-walk')
const artifacts = join(repository, '.mnemoscope', 'artifacts')
const record = join(artifacts, 'readme-walk.txt')
mkdirSync(artifacts, { recursive: true })
writeFileSync(record, '')
const write = (text: string) => appendFileSync(record, text)

// The README calls the clone `mnemoscope`, with the service's folder beside it: a folder that shows what this clone holds.
const clone = join(folder.path, 'mnemoscope')
mkdirSync(clone)
for (const name of new Set([...readdirSync(repository), 'packed']))
  symlinkSync(join(repository, name), join(clone, name))
const terminals = openTerminals(clone, folder.path, write)
afterAll(async () => {
  await terminals.ctrlC()
  folder.remove()
})

test('the way from "Instrument a service" to `mnemoscope up` works word for word in an empty folder', async () => {
  expect(await answers('http://127.0.0.1:9464/metrics')).toBe(false)
  for (const step of stepsOf(section('Instrument a service'))) {
    if (step.does === 'write') {
      write(`\n(writes ${step.file})\n`)
      writeFileSync(join(terminals.folder(), step.file), step.text)
    } else if (step.untilCtrlC) {
      terminals.start(step.command)
      if (step.command.endsWith(' up')) await eventually('run.json', () => runFile(), { withinMs: 300_000 })
      else await eventually('the metrics', () => answers('http://127.0.0.1:9464/metrics'))
    } else await terminals.run(step.command)
  }
  const service = terminals.folder()
  expect(service).toBe(join(folder.path, 'my-service'))
  expect(readFileSync(join(service, '.gitignore'), 'utf8')).toContain('.mnemoscope/')

  const { prometheus, recorder, database, serversPasswordFile } = runFile()
  const password = readFileSync(serversPasswordFile, 'utf8').trim()
  const headers = { authorization: `Basic ${btoa(`mnemoscope:${password}`)}` }
  const health = await eventually('a scrape of the service', async () => {
    const response = await fetch(`${prometheus}/api/v1/targets?state=active`, { headers })
    const { data } = (await response.json()) as {
      data: { activeTargets: { labels: { job: string }; health: string }[] }
    }
    const target = data.activeTargets.find(({ labels }) => labels.job === 'memory-api')
    return target?.health === 'up' && target.health
  })
  expect(health).toBe('up')
  write('\n(Prometheus scrapes memory-api)\n')

  const question = blocks('sql', readme())
    .flatMap((block) => block.split(/;\s*$/m))
    .find((each) => /SELECT timestamp, f1_score.*'gpt-4o'/.test(each))
  const snapshot = await eventually('a snapshot of gpt-4o', () => firstRow(database, question ?? ''), {
    withinMs: 240_000,
    everyMs: 2_000,
  })
  write(`\n(the first snapshot: ${JSON.stringify(snapshot)})\n`)
  expect(Number(snapshot.f1_score)).toBeCloseTo(0.91, 2)
  expect(Number(snapshot.token_usage)).toBeCloseTo(4_120, 0)

  const kept = await eventually(
    'a measurement that was kept',
    () =>
      firstRow(
        database,
        "SELECT value AS f1_score, weight FROM performance_metrics WHERE metric_type = 'f1_score'",
      ),
    { withinMs: 120_000 },
  )
  expect(kept).toMatchObject({ f1_score: 0.91, weight: 10 })
  const compared =
    "SELECT measurements AS f1_score FROM compare_measurements(now() - interval '7 days', now())"
  expect(await firstRow(database, compared)).toBeDefined()

  expect(await answers(`${recorder}/`)).toBe(true)
  expect(await terminals.run('npx mnemoscope report')).toContain('gpt-4o')
  expect(await terminals.run('npx mnemoscope status')).toBe('ok\n')

  const codes = await terminals.ctrlC()
  expect(codes.get('node service.mjs')).toBe(0)
  // npx itself ends by the signal; it waits for the command, which says what it did.
  expect(readFileSync(record, 'utf8')).toContain('All parts have stopped.')
  for (const address of [`${recorder}/`, `${prometheus}/-/ready`]) expect(await answers(address)).toBe(false)
}, 900_000)

function runFile(): RunFile {
  return JSON.parse(readFileSync(join(terminals.folder(), '.mnemoscope/run.json'), 'utf8')) as RunFile
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url).catch(() => undefined)
  await response?.body?.cancel()
  return response?.ok === true
}

async function firstRow(url: string, question: string): Promise<Record<string, unknown> | undefined> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const { rows } = await client.query(question)
    return rows.find(({ f1_score }) => f1_score !== null)
  } finally {
    await client.end()
  }
}
