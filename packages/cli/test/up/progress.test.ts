import { PassThrough } from 'node:stream'
import { describe, expect, test } from '@jest/globals'
import { type Progress, Stopped, terminalProgress } from '../../src/up/progress.js'

/** A stream that keeps its text; `isTTY` as of a terminal. */
function stream(isTTY: boolean) {
  const kept = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream
  // Times differ from run to run.
  const text = () => String((kept as unknown as PassThrough).read() ?? '').replaceAll(/\d+\.\d s/g, 'N s')
  return { kept, text }
}

/** A part that starts, with the ways in which it goes on. */
function begin(progress: Progress, name: string) {
  let step = (_: string) => {}
  let end = (_: string | Promise<string>) => {}
  const running = progress.part(name, (given) => {
    step = given
    return new Promise<string>((resolve) => {
      end = resolve
    })
  })
  return {
    step,
    done: (text: string) => {
      end(text)
      return running
    },
    failed: async (error: Error) => {
      end(Promise.reject(error))
      await expect(running).rejects.toBe(error)
    },
  }
}

describe('the progress of parts that start together', () => {
  test('is a line for each step without a terminal, with the reason of a failure', async () => {
    const { kept, text } = stream(false)
    const progress = terminalProgress(kept)
    const postgres = begin(progress, 'Postgres')
    const tools = begin(progress, 'tools')
    tools.step('downloading')
    tools.step('downloading')
    await postgres.done('127.0.0.1:5432')
    await tools.failed(new Error('not found\n  tried PATH'))
    await begin(progress, 'demo').failed(new Stopped())
    progress.note('Stopped.')
    expect(text()).toBe(
      [
        '  · tools         downloading',
        '  ✓ Postgres      127.0.0.1:5432 (N s)',
        '  ✗ tools         failed: not found',
        '  · demo          stopped',
        'Stopped.',
        '',
      ].join('\n'),
    )
  })

  test('is one line on a terminal, which shows the part with the newest step below the parts that are ready', async () => {
    const { kept, text } = stream(true)
    const progress = terminalProgress(kept)
    const postgres = begin(progress, 'Postgres')
    const tools = begin(progress, 'tools')
    tools.step('downloading')
    await postgres.done('127.0.0.1:5432')
    progress.note('A note.')
    await tools.done('Prometheus 3')
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
