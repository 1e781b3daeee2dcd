import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import { describeOnDebian, findAsOrdinary, ordinaryStateDir } from '../fixtures/debian.js'
import { buildPackage } from '../fixtures/parent.js'

jest.setTimeout(60_000)

const state = ordinaryStateDir()
beforeAll(buildPackage)
afterAll(() => state.remove())

// Packages that are unpacked and run: from-debian.suite.ts.
describeOnDebian('Debian packages', () => {
  test('that cannot be had are one error with the reason and the next step', () => {
    const aptConfig = join(state.path, 'apt.conf')
    const none = { sources: join(state.path, 'sources.list'), parts: join(state.path, 'sources.d') }
    writeFileSync(none.sources, '')
    mkdirSync(none.parts)
    writeFileSync(
      aptConfig,
      `Dir::State::Lists "${state.path}/no-lists";\nDir::Etc::SourceList "${none.sources}";\nDir::Etc::SourceParts "${none.parts}";\n`,
    )
    const { stderr, status } = findAsOrdinary(state.path, ['promtool'], { APT_CONFIG: aptConfig })
    expect(status).toBe(1)
    expect(stderr).toMatch(/TOOL_MISSING.*promtool not found on PATH/)
    expect(stderr).toMatch(/Unable to locate package prometheus/)
    expect(stderr).toMatch(/Install Prometheus/)
  })
})
