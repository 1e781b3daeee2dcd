import { open } from 'node:fs/promises'
import { csvLine } from '@mnemoscope/recorder'
import { csvText } from '../sql/row-text.js'
import type { RowFile } from './row-file.js'

/** A file as RFC 4180 describes CSV, with a head. */
export async function openCsvFile(path: string): Promise<RowFile> {
  const file = await open(path, 'w')
  const text = csvText(csvLine)
  return {
    async write(batch) {
      await file.write(text.rows(batch))
    },
    async finish() {
      await file.sync()
      await file.close()
    },
    abandon: () => file.close(),
  }
}
