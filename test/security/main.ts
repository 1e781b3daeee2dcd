/**
 * `npm run test:security`: attacks on a running `mnemoscope up`, by a program of another account that knows its ports, and
 * a search for the secrets of its configuration;
 * with `--json` a line for each.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startUp } from '../harness/command.js'
import { printFigure } from '../harness/figures.js'
import { linkTools } from '../harness/link-tools.js'
import { temporaryFolder } from '../harness/temporary-folder.js'
import { databaseAttacks } from './attacks/database.js'
import { recorderAttacks, workingWith } from './attacks/recorder.js'
import { lifecycleAttacks, serverAttacks } from './attacks/servers.js'
import { planted } from './canaries.js'
import { leaks } from './leaks.js'

const isJson = process.argv.includes('--json')
const folder = temporaryFolder('security')
const given = planted('0.25')
writeFileSync(join(folder.path, 'mnemoscope.config.ts'), `export default ${JSON.stringify(given.config)}\n`, {
  mode: 0o600,
})
linkTools(folder.path)
const up = await startUp(folder.path, ['--demo', '--ports', 'auto'])
let failures = 0
const show = (name: string, value: number, unit: string, goal: number) => {
  if (value !== goal) failures++
  printFigure({ name, value, unit, goal, ok: value === goal }, isJson)
}
try {
  const attacks = [...serverAttacks, ...lifecycleAttacks, ...recorderAttacks, ...databaseAttacks]
  for (const { name, attempt } of attacks) {
    const gain = await attempt(up.run)
    show(name, gain === undefined ? 0 : 1, 'succeeded', 0)
  }
  const key = readFileSync(join(folder.path, '.mnemoscope/secrets/owner-key'), 'utf8').trim()
  show('the same requests with a key', (await workingWith(key, up.run.recorder)).length, 'succeeded', 8)
  for (const [place, found] of Object.entries(await leaks({ folder: folder.path, up, given, key }))) {
    show(`secrets in ${place}`, found.length, 'found', 0)
    if (found.length > 0) console.error(found)
  }
} finally {
  await up.end('SIGTERM')
  folder.remove()
}
process.exitCode = failures === 0 ? 0 : 1
