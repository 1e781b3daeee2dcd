// The pnpm that package.json pins, fetched by `npm exec`: nothing has to be installed on the machine.
import { readFileSync } from 'node:fs'

const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** Arguments of `npm` that run pnpm with these arguments. */
export function pnpm(...args) {
  return ['exec', '--yes', '--prefer-offline', `--package=${packageManager}`, '--', 'pnpm', ...args]
}
