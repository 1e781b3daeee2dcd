import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Config, defineConfig } from '@mnemoscope/kpi'
import { customKpis } from '../../../../test/harness/custom-kpis.js'
import { generate } from '../../../generate/src/generate.js'
import { type ConfigSource, fixedConfig } from '../../src/config/source.js'
import { runbookHtml } from '../../src/runbooks/html.js'
import { startTestRecorder, type TestRecorder } from '../plumbing/recorder.js'

describe('a runbook page', () => {
  test.each([
    ['# Slow & <b>', '<h1>Slow &amp; &lt;b&gt;</h1>'],
    [
      '`a <b>` and *this*, **that**',
      '<p><code>a &lt;b&gt;</code> and <em>this</em>, <strong>that</strong></p>',
    ],
    ['`*raw* [x](y.md)`', '<code>*raw* [x](y.md)</code>'],
    ['- one\n  more\n- two', '<ul><li>one more</li><li>two</li></ul>'],
    ['1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
    [
      '| a | b |\n|---|---|\n| 1 | 2 |',
      '<tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr>',
    ],
    ['[page](latency.md)', '<a href="latency.md">page</a>'],
    ['[gone](../alerting.md)', '<p>gone</p>'],
    ['[it](/?kpi=a&hours=1)', '<a href="../?kpi=a&amp;hours=1">it</a>'],
    ['[bad](//x.example)', '<p>bad</p>'],
    ['[bad](/\\x.example)', '<p>bad</p>'],
    ['[bad](javascript:alert(1))', '<p>bad)</p>'],
    ['[bad](https://x"onclick=1)', 'href="https://x&quot;onclick=1"'],
    ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
  ])('%s', (markdown, html) => {
    expect(runbookHtml(markdown)).toContain(html)
  })
})

describe('the recorder', () => {
  let recorder: TestRecorder
  let configInUse: Config = defineConfig()
  const configSource: ConfigSource = { ...fixedConfig(configInUse), current: () => configInUse }

  beforeAll(async () => {
    recorder = await startTestRecorder({ config: configInUse, configSource })
  }, 120_000)

  afterAll(() => recorder?.stop(), 60_000)

  test('opens every runbook that an alert leads to, and every page that these lead to', async () => {
    const config = defineConfig({ kpis: customKpis, endpoints: { recorder: recorder.url } })
    // Custom KPIs may come while the recorder runs.
    const late = `${recorder.url}/runbooks/recall-at-5.md`
    expect((await fetch(late)).status).toBe(404)
    configInUse = config
    const files = [...generate(config)].filter(([path]) => path.startsWith('prometheus/rules/'))
    const urls = new Set(files.flatMap(([, text]) => text.match(/(?<=runbook_url: )\S+/g) ?? []))
    expect(urls.size).toBeGreaterThan(8)
    expect(urls).toContain(late)
    for (const url of urls) {
      const response = await fetch(url)
      expect([url, response.status]).toEqual([url, 200])
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      const html = await response.text()
      expect(html).toContain('<h2>Fix it</h2>')
      expect(html).not.toMatch(/<script|style=/)
      for (const [, href = ''] of html.matchAll(/(?:href|src)="([^"#]+)/g)) {
        const { status } = await fetch(new URL(href.replaceAll('&amp;', '&'), url))
        expect([href, status]).toEqual([href, 200])
      }
    }
  })
})
