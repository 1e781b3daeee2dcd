import { print } from '../terminal.js'
import type { TableName } from './tables.js'

/** Least time between two lines on a terminal, and elsewhere. */
const pauseMs = { terminal: 200, file: 10_000 }

/** Shows how far an export is: a line that changes on a terminal, elsewhere a line now and then. */
export interface ExportProgress {
  readonly rows: (table: TableName, written: number, total: number) => void
  note(text: string): void
  /** Removes the line that changes. */
  end(): void
}

export function exportProgress(stream: NodeJS.WriteStream, now: () => number = Date.now): ExportProgress {
  const live = stream.isTTY === true
  let shownAt = now()
  const clear = () => {
    if (live) print('\r\u001b[2K', stream)
  }
  return {
    rows(table, written, total) {
      if (now() - shownAt < (live ? pauseMs.terminal : pauseMs.file)) return
      shownAt = now()
      const share = total === 0 ? 100 : Math.floor((100 * written) / total)
      clear()
      print(
        `${table}: ${written.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} rows, ${share} %${live ? '' : '\n'}`,
        stream,
      )
    },
    note(text) {
      clear()
      print(`${text}\n`, stream)
    },
    end: clear,
  }
}
