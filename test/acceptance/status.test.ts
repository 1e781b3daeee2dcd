import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AnswerOf, DashboardData } from '@mnemoscope/recorder'
import { mnemoscope, mnemoscopeHere, temporaryFolder } from '../harness/index.js'

type Notices = AnswerOf<'GET /api/notices'>
type ConfigAnswer = AnswerOf<'GET /api/config'>
type Incident = AnswerOf<'GET /api/incidents'>['incidents'][number]

/** What a recorder answers in each case; the parts that the status is read from. */
type Answer = Pick<DashboardData, 'timestamp' | 'open_alerts' | 'no_data' | 'kpis' | 'current'>

const well: Answer = { timestamp: 1_800_000_000, open_alerts: [], no_data: null, kpis: [], current: [] }

describe('the exit code of `mnemoscope status`', () => {
  const folder = temporaryFolder('status')
  let answer: Answer | undefined
  let notices: Notices['notices'] = []
  let problem: ConfigAnswer['problem'] = null
  let incidents: Pick<Incident, 'id' | 'title' | 'level' | 'state'>[] = []
  const server = createServer(({ url }, response) => {
    const others: Record<string, object> = {
      '/api/notices': { notices },
      '/api/config': { config: {}, problem },
      '/api/incidents': { incidents },
    }
    const found = others[(url ?? '').replace(/\?.*/, '')] ?? answer
    if (found === undefined) response.writeHead(503).end('the database is away')
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found))
  })
  let port: number

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })

  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve))
    folder.remove()
  })

  test.each([
    [0, 'ok', well],
    [0, 'info', { ...well, open_alerts: [alertOf('info')] }],
    [1, 'warning', { ...well, open_alerts: [alertOf('warning'), alertOf('info')] }],
    [2, 'error', { ...well, open_alerts: [alertOf('warning'), alertOf('error')] }],
    [3, 'critical', { ...well, open_alerts: [alertOf('critical'), alertOf('error')] }],
    [4, 'unknown', { ...well, no_data: { reason: 'no_snapshot', since: well.timestamp - 600 } }],
    [4, 'unknown', { ...well, no_data: { reason: 'nothing_yet', since: null } }],
  ] satisfies [number, string, Answer][])('is %i where it says %s', async (code, status, given) => {
    answer = given
    const { exitCode, stdout } = await run('--json', '--url', `http://127.0.0.1:${port}`)
    expect(JSON.parse(stdout)).toMatchObject({ status })
    expect(exitCode).toBe(code)
  })

  test('is that of the alerts also where there are notices, which are in the line', async () => {
    answer = well
    const text = 'In the last hour 4 measurements of f1_score from memory were refused: out_of_range.'
    notices = [{ kind: 'refused_measurements', service: 'memory', text }]
    const { exitCode, stdout } = await run('--json', '--url', `http://127.0.0.1:${port}`)
    expect(JSON.parse(stdout)).toEqual({
      status: 'ok',
      line: `ok. Note: ${text}`,
      open: 0,
      incidents: [],
      notices: [text],
      config_problem: null,
    })
    expect(exitCode).toBe(0)
    // Prometheus does not answer.
    notices = null
    const unknown = await run('--json', '--url', `http://127.0.0.1:${port}`)
    expect(JSON.parse(unknown.stdout)).toMatchObject({ line: 'ok', notices: null })
  })

  test('is that of the alerts also where an edit is not applied, which is in the line', async () => {
    answer = well
    const message = 'foo: 1: no such key\nbar: 2: no such key'
    problem = { at: 1_800_000_000, code: 'CONFIG_INVALID', message, next: 'Correct the configuration.' }
    const { exitCode, stdout } = await run('--json', '--url', `http://127.0.0.1:${port}`)
    expect(JSON.parse(stdout)).toMatchObject({
      line: 'ok. Note: The edited configuration is not applied: foo: 1: no such key; bar: 2: no such key. Correct the configuration.',
      config_problem: problem,
    })
    expect(exitCode).toBe(0)
    problem = null
  })

  test('is that of the alerts also where there are incidents, which are told', async () => {
    answer = { ...well, open_alerts: [alertOf('warning')] }
    incidents = [{ id: 7, title: 'memory: F1 score', level: 'warning', state: 'open' }]
    const { exitCode, stdout } = await run('--json', '--url', `http://127.0.0.1:${port}`)
    expect(JSON.parse(stdout)).toMatchObject({ incidents, line: expect.stringContaining('incident 7') })
    expect(exitCode).toBe(1)
    incidents = []
  })

  test('is 4 where the recorder has no answer', async () => {
    answer = undefined
    // As a script sees it.
    const { exitCode, stderr } = await mnemoscope(folder.path, [
      'status',
      '--url',
      `http://127.0.0.1:${port}`,
    ])
    expect(stderr).toMatch(/503[\s\S]*readyz/)
    expect(exitCode).toBe(4)
  })

  test.each([
    ['nothing listens', ['--url', 'http://127.0.0.1:9'], 'RECORDER_UNREACHABLE'],
    ['nothing runs here', [], 'NOT_RUNNING'],
    ['the address is no address', ['--url', '127.0.0.1:9470'], 'expected an address such as "http://'],
    ['an option is unknown', ['--loud'], "unknown option '--loud'"],
  ])('is 4 where %s', async (_, args, said) => {
    const { exitCode, stdout, stderr } = await run(...args)
    expect(stderr).toContain(said)
    expect(stdout).toBe('')
    expect(exitCode).toBe(4)
  })

  test('is 4 with an error as JSON, where --json is asked for', async () => {
    const { exitCode, stderr } = await run('--json', '--loud')
    expect(JSON.parse(stderr)).toEqual({
      error: {
        code: 'USAGE',
        message: "unknown option '--loud'",
        next: 'Run the command with --help to see its options.',
      },
    })
    expect(exitCode).toBe(4)
  })

  test('is told by --help', async () => {
    const { exitCode, stdout } = await run('--help')
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /0 none or info, 1 warning, 2 error, 3 critical; 4 unknown/,
    )
    expect(exitCode).toBe(0)
  })

  function run(...args: string[]) {
    return mnemoscopeHere(folder.path, ['status', ...args])
  }
})

function alertOf(level: string): DashboardData['open_alerts'][number] {
  const metadata = { annotations: {}, context_size: '8192' }
  const numbers = {
    current_value: null,
    newest_value: null,
    newest_at: null,
    peak_value: null,
    threshold: null,
  }
  const about = { kind: 'pipeline', message: 'x', metric_type: null, acknowledgement: null, metadata }
  const alert = { level, is_worst: true, timestamp: 1_799_999_000, ...numbers, ...about }
  return alert as unknown as DashboardData['open_alerts'][number]
}
