import pc from 'picocolors'
import { print } from '../print.js'

/** Tells a person what starts, how far it is, and when it is ready. */
export interface Progress {
  /** A part begins; returns how to tell of its steps and of its end. */
  begin(part: string): { step(text: string): void; done(text: string): void; failed(): void }
  /** A line on its own. */
  note(text: string): void
}

/**
 * A line for each part once it is ready. On a terminal the last line shows the parts that still start, and what they do;
 * elsewhere each step is a line.
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
  return {
    begin(part) {
      const startedAt = performance.now()
      starting.set(part, 'starting')
      if (live) show()
      const end = (finished: string) => {
        starting.delete(part)
        show(finished)
      }
      return {
        step(text) {
          if (text === starting.get(part)) return
          // The part that moved last is the one shown.
          const others = [...starting].filter(([name]) => name !== part)
          starting.clear()
          for (const [name, step] of [[part, text] as const, ...others]) starting.set(name, step)
          show(live ? undefined : line(pc.dim('·'), part, text))
        },
        done(text) {
          const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
          end(line(pc.green('✓'), part, `${text} ${pc.dim(`(${seconds} s)`)}`))
        },
        failed() {
          end(line(pc.red('✗'), part, 'failed'))
        },
      }
    },
    note(text) {
      show(text)
    },
  }
}
