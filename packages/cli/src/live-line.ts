import { print } from './terminal.js'

/** Least time between two lines on a terminal, and elsewhere. */
const pauseMs = { terminal: 200, file: 10_000 }

/** Shows how far a command is: a line that changes on a terminal, elsewhere a line now and then. */
export interface LiveLine {
  /** Shows a text, unless another one was shown just now. */
  show(text: string): void
  /** A line that stays. */
  note(text: string): void
  /** Removes the line that changes. */
  end(): void
}

export function liveLine(stream: NodeJS.WriteStream, now: () => number = Date.now): LiveLine {
  const live = stream.isTTY === true
  let shownAt = now()
  const clear = () => {
    if (live) print('\r\u001b[2K', stream)
  }
  return {
    show(text) {
      if (now() - shownAt < (live ? pauseMs.terminal : pauseMs.file)) return
      shownAt = now()
      clear()
      print(`${text}${live ? '' : '\n'}`, stream)
    },
    note(text) {
      clear()
      print(`${text}\n`, stream)
    },
    end: clear,
  }
}
