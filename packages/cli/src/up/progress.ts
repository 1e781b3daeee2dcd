import pc from 'picocolors'
import { print, printableLine } from '../terminal.js'

type Step = (text: string) => void

/** Shows people which parts start, how far they are, and when they are ready. */
export interface Progress {
  /**
   * Does the work of one part under its line. The work returns the text of the finished line, with a value if the caller
   * needs one. A failure shows its first line at once and is thrown.
   */
  part(name: string, work: (step: Step) => Promise<string>): Promise<void>
  part<T>(name: string, work: (step: Step) => Promise<{ value: T; text: string }>): Promise<T>
  /** A separate line. */
  note(text: string): void
}

/** Thrown by work that did not fail, but ended because of another part's failure or Ctrl-C. */
export class Stopped extends Error {
  constructor() {
    super('stopped')
  }
}

/**
 * One line for each part when it is ready. On a terminal, the last line shows the parts that still start, and what they
 * do. Without a terminal, each step is a line.
 */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true
  const starting = new Map<string, string>()
  const line = (mark: string, part: string, text: string) => `  ${mark} ${part.padEnd(13)} ${text}`
  /** Writes a finished line, if any, and the parts that still start after it. */
  const show = (finished?: string) => {
    const clear = live ? '\r\u001b[2K' : ''
    const [part] = [...starting.keys()]
    const others = starting.size > 1 ? pc.dim(` (and ${starting.size - 1} more)`) : ''
    const still =
      live && part !== undefined ? `${line(pc.dim('·'), part, starting.get(part) ?? '')}${others}` : ''
    print(`${clear}${finished === undefined ? '' : `${finished}\n`}${still}`, stream)
  }
  const begin = (part: string) => {
    const startedAt = performance.now()
    starting.set(part, 'starting')
    if (live) show()
    const end = (finished: string) => {
      starting.delete(part)
      show(finished)
    }
    return {
      step(text: string) {
        if (text === starting.get(part)) return
        // Show the part with the newest step.
        const others = [...starting].filter(([name]) => name !== part)
        starting.clear()
        for (const [name, step] of [[part, text] as const, ...others]) starting.set(name, step)
        show(live ? undefined : line(pc.dim('·'), part, text))
      },
      done(text: string) {
        const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
        end(line(pc.green('✓'), part, `${text} ${pc.dim(`(${seconds} s)`)}`))
      },
      failed(error: unknown) {
        if (error instanceof Stopped) return end(line(pc.dim('·'), part, 'stopped'))
        const [why] = (error instanceof Error ? error.message : String(error)).split('\n')
        end(line(pc.red('✗'), part, `failed: ${printableLine(why ?? '')}`))
      },
    }
  }
  async function part(
    name: string,
    work: (step: Step) => Promise<string | { value: unknown; text: string }>,
  ): Promise<unknown> {
    const line = begin(name)
    try {
      const result = await work(line.step)
      line.done(typeof result === 'string' ? result : result.text)
      return typeof result === 'string' ? undefined : result.value
    } catch (error) {
      line.failed(error)
      throw error
    }
  }
  return { part: part as Progress['part'], note: show }
}
