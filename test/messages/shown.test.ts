import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { findTool } from '@mnemoscope/servers'
import { mnemoscopeHere } from '../harness/command.js'
import { linkTools } from '../harness/link-tools.js'
import { toolsDir } from '../harness/repository.js'
import { firingWords } from './count.js'
import { wrongRandomEnds } from './random-episodes.js'

interface Shown {
  readonly kind: string
  readonly level: string
  readonly media: Readonly<
    Record<string, { readonly title: string; readonly body: string; readonly level?: string }>
  >
}

const folder = mkdtempSync(join(tmpdir(), 'mnemoscope-shown-'))
let messages: readonly Shown[]
let page: string

beforeAll(async () => {
  // Fetched here if it is missing: the command would say so on standard error.
  await findTool('amtool', { toolsDir })
  linkTools(folder)
  const config = `import { defineConfig } from '@mnemoscope/kpi'
export default defineConfig({
  services: [{ name: 'memory_api', targets: ['127.0.0.1:9464'] }],
  endpoints: { page: 'https://memory.example' },
})`
  writeFileSync(join(folder, 'mnemoscope.config.ts'), config)
  const { stdout, stderr, exitCode } = await mnemoscopeHere(folder, [
    'messages',
    '--json',
    '--html',
    'all.html',
  ])
  expect([exitCode ?? 0, stderr]).toEqual([0, ''])
  messages = JSON.parse(stdout).messages
  page = readFileSync(join(folder, 'all.html'), 'utf8')
})

afterAll(() => rmSync(folder, { recursive: true }))

const shown = (kind: string) => messages.find((message) => message.kind === kind) as Shown

test('every kind of message is shown as every medium gets it', () => {
  expect(messages.map(({ kind, level }) => [kind, level])).toEqual([
    ['new', 'critical'],
    ['worse', 'critical'],
    ['still', 'critical'],
    ['better', 'warning'],
    ['recovered', 'recovered'],
    ['pipeline', 'critical'],
    ['test', 'info'],
  ])
  const { media } = shown('new')
  expect(media.pagerduty?.title).toBe('memory_api: F1 score 0.525 on 3 models (critical at 0.70)')
  expect(media.pagerduty?.level).toBe('critical')
  expect(media.discord?.title).toBe('memory\\_api: F1 score 0.525 on 3 models (critical at 0.70)')
  expect(media.email?.body).toContain(
    '<a href="https://memory.example/?kpi=f1_score&job=memory_api">Page</a>',
  )
  expect(media.slack?.body).toContain('<https://memory.example/?kpi=f1_score&job=memory_api|Page>')
})

test('the end says how long it took and how bad it was, and no word of a breach', () => {
  const { media } = shown('recovered')
  expect(media.opsgenie?.title).toBe('Recovered after 2 min 30 s: F1 score of memory_api; worst 0.467')
  for (const { title, body } of Object.values(media)) expect(`${title}\n${body}`).not.toMatch(firingWords)
})

test('the page has every message in every medium, and nothing of a medium is left in it', () => {
  expect(page.match(/<article>/g)).toHaveLength(7 * 8)
  expect(page).toContain('<a href="https://memory.example/?kpi=f1_score&amp;job=memory_api">Page</a>')
  expect(page).toContain('<iframe sandbox title="E-mail: new"')
  const text = page.replaceAll(/srcdoc="[^"]*"/g, '')
  expect(text).not.toMatch(/\\[-_(]|<https?:|\]\(http/)
})

test('a terminal gets the text of a medium', async () => {
  const { stdout } = await mnemoscopeHere(folder, ['messages', '--medium', 'email'])
  expect(stdout).toContain('NEW E-mail\n▌ memory_api: F1 score 0.525 on 3 models (critical at 0.70)')
  expect(stdout).toContain('▌ Runbook: https://memory.example/runbooks/f1-score.md')
})

// 200 of them in `npm run messages`.
test('the end of a random breach says its true values', async () => {
  expect(await wrongRandomEnds([1, 2, 3])).toEqual([])
})
