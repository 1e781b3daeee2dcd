import { PassThrough } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import { terminalProgress } from '../src/up/progress.js'

/** A stream that keeps what it is given; `isTTY` as of a terminal. */
function stream(isTTY: boolean) {
  const kept = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream
  // Times differ from run to run.
  const text = () => String((kept as unknown as PassThrough).read() ?? '').replaceAll(/\d+\.\d s/g, 'N s')
  return { kept, text }
}

describe('the progress of parts that start together', () => {
  test('is a line for each step where no terminal is', () => {
    const { kept, text } = stream(false)
    const progress = terminalProgress(kept)
    const postgres = progress.begin('Postgres')
    const tools = progress.begin('tools')
    tools.step('downloading')
    tools.step('downloading')
    postgres.done('127.0.0.1:5432')
    tools.failed()
    progress.note('Stopped.')
    expect(text()).toBe(
      [
        '  · tools         downloading',
        '  ✓ Postgres      127.0.0.1:5432 (N s)',
        '  ✗ tools         failed',
        'Stopped.',
        '',
      ].join('\n'),
    )
  })

  test('is on a terminal one line that shows the part that moved last, below those that are ready', () => {
    const { kept, text } = stream(true)
    const progress = terminalProgress(kept)
    const postgres = progress.begin('Postgres')
    const tools = progress.begin('tools')
    tools.step('downloading')
    postgres.done('127.0.0.1:5432')
    progress.note('A note.')
    tools.done('Prometheus 3')
    const clear = '\r\u001b[2K'
    expect(text().split(clear)).toEqual([
      '',
      '  · Postgres      starting',
      '  · Postgres      starting (and 1 more)',
      '  · tools         downloading (and 1 more)',
      '  ✓ Postgres      127.0.0.1:5432 (N s)\n  · tools         downloading',
      'A note.\n  · tools         downloading',
      '  ✓ tools         Prometheus 3 (N s)\n',
    ])
  })
})
