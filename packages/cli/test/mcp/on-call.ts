import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeReader } from '@mnemoscope/servers'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { alertOf, store } from '../../../../test/evidence/causes.js'
import { type EmptyRecorder, startEmptyRecorder } from '../../../../test/evidence/empty-recorder.js'
import { type Story, storyOf } from '../../../../test/evidence/incidents.js'
import type { Figure } from '../../../../test/harness/figures.js'
import { temporaryFolder } from '../../../../test/harness/temporary-folder.js'

const command = new URL('../../bin/mnemoscope.js', import.meta.url).pathname

/** The night: an alert that is open, and one of the hours before that is over. */
interface Night {
  readonly open: Story
  readonly over: Story
}

/** What somebody on call asks, by one of the listed tools, and what the answer has to hold. */
interface Question {
  readonly asks: string
  readonly tool: string
  readonly args: (found: Found) => Record<string, unknown>
  /** Written down before the question is asked, by what was planted. */
  readonly fact: (night: Night) => RegExp
}

/** Ids that earlier answers had. */
interface Found {
  readonly open: number
  readonly over: number
}

const quoted = (text: string) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
const time = (ms: number) => new Date(ms).toISOString()
/** The metadata that bad operations have in common: `tenant acme`. */
const planted = ({ planted: text = '' }: Story) => text.split(' ') as [key: string, value: string]
const differs = (story: Story) => {
  const [key, value] = planted(story)
  return new RegExp(`"differs":\\[\\{"key":"${quoted(key)}","value":"${quoted(value)}"`)
}

const questions: readonly Question[] = [
  {
    asks: 'Is anything wrong?',
    tool: 'status',
    args: () => ({}),
    fact: () => /"status":"critical".*"open_alerts":1,/,
  },
  {
    asks: 'What fires, and since when?',
    tool: 'list_alerts',
    args: () => ({ state: 'open' }),
    fact: ({ open }) => new RegExp(`"service":"${open.service}".*"since":"${quoted(time(open.alerted))}"`),
  },
  {
    asks: 'What do the bad operations have in common?',
    tool: 'alert_details',
    args: ({ open }) => ({ id: open }),
    fact: ({ open }) => differs(open),
  },
  {
    asks: 'Where is the trace of the worst operation?',
    tool: 'alert_details',
    args: ({ open }) => ({ id: open }),
    fact: ({ open }) =>
      new RegExp(
        `"worst_operations":\\[\\{"at":"[^"]*","value":${quoted(String(worstOf(open)))},.*"trace_id":"0123456789abcdef0123456789abcdef"`,
      ),
  },
  {
    asks: 'Is it one problem, and who is on it?',
    tool: 'list_incidents',
    args: () => ({}),
    // One alone.
    fact: ({ open }) =>
      new RegExp(
        `\\{"incidents":\\[\\{"id":\\d+,"title":"${open.service}: [^{}]*"state":"acknowledged",[^{}]*"people":\\["ada"\\]\\}\\]\\}$`,
      ),
  },
  {
    asks: 'What was deployed?',
    tool: 'what_changed',
    args: () => ({ hours: 48 }),
    fact: ({ open }) =>
      new RegExp(`"what":"[^"]*${open.service} 2\\.0[^"]*","service":"${open.service}","version":"2\\.0"`),
  },
  {
    asks: 'What happened before, and when did it end?',
    tool: 'list_alerts',
    args: () => ({ state: 'closed', hours: 48 }),
    fact: ({ over }) => new RegExp(`"service":"${over.service}".*"ended":"${quoted(time(over.ended))}"`),
  },
  {
    asks: 'What was the cause of that one?',
    tool: 'alert_details',
    args: ({ over }) => ({ id: over }),
    fact: ({ over }) => differs(over),
  },
  {
    asks: 'What is to be done?',
    tool: 'runbook',
    args: () => ({ page: 'f1_score' }),
    fact: () => /"markdown":"# F1 score is too low/,
  },
  {
    asks: 'How many operations were beyond critical?',
    tool: 'query_history',
    args: () => ({
      sql: "SELECT count(*)::int AS operations FROM measurements WHERE kpi = 'f1_score' AND severity = 'critical'",
    }),
    fact: ({ open }) => new RegExp(`"rows":\\[\\{"operations":${beyond(open).length}\\}\\]`),
  },
]

const beyond = ({ sent, threshold }: Story) => sent.filter(({ value }) => value <= threshold)
const worstOf = ({ sent }: Story) => Math.min(...sent.map(({ value }) => value))

/** What no tool does, and what an assistant gets then. */
const refusals: readonly (readonly [tool: string, args: Record<string, unknown>, says: RegExp])[] = [
  ['query_history', { sql: 'DELETE FROM measurements' }, /permission denied|read-only/],
  ['query_history', { sql: "COPY measurements TO PROGRAM 'cat'" }, /DATABASE_QUERY/],
  ['query_history', { sql: 'SELECT pg_sleep(60)' }, /DATABASE_QUERY/],
  ['query_history', { sql: "SELECT repeat('a', 100000)" }, /Ask for less/],
  ['list_alerts', { limit: 1_000_000 }, /limit/],
  ['acknowledge', { id: 1 }, /acknowledge/],
]

/** Ten questions over each transport by the official client, and what is refused. */
export async function checkAssistant(progress: (text: string) => void): Promise<Figure[]> {
  const folder = temporaryFolder('on-call')
  const recorder = await startEmptyRecorder()
  const children: ChildProcess[] = []
  try {
    const now = Date.now()
    const night = {
      // It goes on: its measurements are those up to now.
      open: storyOf(8, 'tenant', now - 900_000),
      over: storyOf(10, 'region', now - 9 * 3_600_000),
    }
    for (const story of [night.open, night.over]) await store(recorder, story)
    await alertOf(recorder, night.over)
    await acknowledge(recorder, await alertOf(recorder, night.open, true))
    const reader = { role: 'on_call_reader', password: 'of the reader' }
    await makeReader(recorder.databaseUrl, reader)
    const address = Object.assign(new URL(recorder.databaseUrl), {
      username: reader.role,
      password: encodeURIComponent(reader.password),
    })
    writeFileSync(join(folder.path, 'package.json'), '{}')
    const env = { PATH: process.env.PATH ?? '', MNEMOSCOPE_READER_URL: address.href }
    const args = [command, 'mcp', '--url', recorder.url]
    const stdio = new StdioClientTransport({ command: process.execPath, args, cwd: folder.path, env })
    const child = spawn(process.execPath, [...args, '--http', '--port', '0'], { cwd: folder.path, env })
    children.push(child)
    const [output] = (await once(child.stdout, 'data')) as [Buffer]
    const [url = '', header = ''] = output.toString().trim().split('\n')
    const authorization = header.replace('Authorization: ', '')
    const http = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { authorization } },
    })
    const [told, refused] = [[] as boolean[], [] as boolean[]]
    for (const [name, transport] of [
      ['stdio', stdio],
      ['streamable HTTP', http],
    ] as const) {
      const client = new Client({ name: 'on call', version: '1' })
      await client.connect(transport)
      told.push(...(await askAll(client, night, (text) => progress(`${name}: ${text}`))))
      refused.push(...(await refuseAll(client, (text) => progress(`${name}: ${text}`))))
      await client.close()
    }
    for (const [what, headers, status] of [
      ['no token', {}, 401],
      ['another token', { authorization: 'Bearer x' }, 401],
      ['a page of another origin', { authorization, origin: 'https://evil.example' }, 403],
    ] as const) {
      const sent = { 'content-type': 'application/json', ...headers }
      const response = await fetch(url, { method: 'POST', headers: sent, body: '{}' })
      refused.push(response.status === status)
      if (response.status !== status) progress(`HTTP with ${what}: ${response.status}, not ${status}`)
    }
    return [
      figure('on-call questions whose answers hold the fact', told),
      figure('requests that are not allowed and refused', refused),
    ]
  } finally {
    for (const child of children) child.kill()
    await recorder.stop()
    folder.remove()
  }
}

function figure(name: string, all: readonly boolean[]): Figure {
  const value = all.filter(Boolean).length
  return { name: `${name}, of ${all.length}`, value, unit: '', goal: all.length, ok: value === all.length }
}

async function acknowledge({ url }: EmptyRecorder, id: string): Promise<void> {
  const response = await fetch(`${url}/api/episodes/${id}/acknowledge`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ by: 'ada', comment: 'looking at it' }),
  })
  if (!response.ok) throw new Error(`acknowledge: ${response.status} ${await response.text()}`)
}

/** Whether each answer holds its fact. */
async function askAll(client: Client, night: Night, missed: (text: string) => void): Promise<boolean[]> {
  const listed = new Set((await client.listTools()).tools.map(({ name }) => name))
  const idOf = async (state: string) => {
    const text = await answer(client, 'list_alerts', { state, hours: 48 })
    return Number(/"id":(\d+)/.exec(text)?.[1])
  }
  const found = { open: await idOf('open'), over: await idOf('closed') }
  const held: boolean[] = []
  for (const { asks, tool, args, fact } of questions) {
    const text = listed.has(tool) ? await answer(client, tool, args(found)) : `${tool} is not listed`
    const expected = fact(night)
    held.push(expected.test(text))
    if (!expected.test(text)) missed(`${asks} expected ${expected} in ${text}`)
  }
  return held
}

async function refuseAll(client: Client, missed: (text: string) => void): Promise<boolean[]> {
  const held: boolean[] = []
  for (const [tool, args, says] of refusals) {
    const text = await client
      .callTool({ name: tool, arguments: args })
      .then((result) => (result.isError ? textOf(result) : 'not refused'))
      .catch((error: Error) => error.message)
    held.push(says.test(text))
    if (!says.test(text)) missed(`${tool} ${JSON.stringify(args)}: ${text.slice(0, 500)}`)
  }
  return held
}

const textOf = ({ content }: { content: readonly object[] }) => (content[0] as { text: string }).text

async function answer(client: Client, name: string, args: Record<string, unknown>): Promise<string> {
  return textOf(await client.callTool({ name, arguments: args }))
}
