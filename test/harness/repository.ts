import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's own folder. */
export const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Where fetched programs are kept, so that one test run fetches them once. */
export const toolsDir = join(repository, '.mnemoscope', 'tools')
