import pc from 'picocolors'
import { print } from '../print.js'

/** Tells a person what starts, how far it is, and when it is ready. */
export interface Progress {
  /** A part begins; returns how to tell of its steps and of its end. */
  begin(part: string): { step(text: string): void; done(text: string): void; failed(): void }
  /** A line on its own. */
  note(text: string): void
}

/** One line a part, overwritten while it works on a terminal; whole lines, only the telling ones, elsewhere. */
export function terminalProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const live = stream.isTTY === true
  return {
    begin(part) {
      const startedAt = performance.now()
      let last = ''
      const show = (mark: string, text: string, end: string) =>
        print(`${live ? '\r\u001b[2K' : ''}  ${mark} ${part.padEnd(13)} ${text}${end}`, stream)
      if (live) show(pc.dim('·'), 'starting', '')
      return {
        step(text) {
          if (text === last) return
          last = text
          show(pc.dim('·'), text, live ? '' : '\n')
        },
        done(text) {
          const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
          show(pc.green('✓'), `${text} ${pc.dim(`(${seconds} s)`)}`, '\n')
        },
        failed() {
          show(pc.red('✗'), 'failed', '\n')
        },
      }
    },
    note(text) {
      print(`${text}\n`, stream)
    },
  }
}
