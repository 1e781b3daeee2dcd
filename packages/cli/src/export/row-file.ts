import type { RowBatch } from '@mnemoscope/recorder'

export const fileFormats = ['csv', 'parquet'] as const
export type FileFormat = (typeof fileFormats)[number]

/** A file that rows are written to, one batch after the other. */
export interface RowFile {
  write(batch: RowBatch): Promise<void>
  /** Writes what is still held, and what belongs at the end. The file is complete after it. */
  finish(): Promise<void>
  /** Closes the file as it is. */
  abandon(): Promise<void>
}

/** Opens a new file in a format. */
export async function openRowFile(path: string, format: FileFormat): Promise<RowFile> {
  if (format === 'csv') return (await import('./csv-file.js')).openCsvFile(path)
  return (await import('./parquet-file.js')).openParquetFile(path)
}
