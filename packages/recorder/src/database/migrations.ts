import { readdir, readFile } from 'node:fs/promises'

/** One numbered change of the schema. */
export interface Migration {
  readonly version: number
  /** File name without its ending: `0001_history`. */
  readonly name: string
  readonly sql: string
}

const folder = new URL('../../migrations/', import.meta.url)

/** Every migration of this version of the recorder, ascending. */
export async function readMigrations(): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => /^\d{4}_\w+\.sql$/.test(file)).sort()
  return Promise.all(
    files.map(async (file) => ({
      version: Number(file.slice(0, 4)),
      name: file.slice(0, -'.sql'.length),
      sql: await readFile(new URL(file, folder), 'utf8'),
    })),
  )
}
