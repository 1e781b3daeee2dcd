// Packs every package as it would be published: `npm run pack` writes packed/*.tgz.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pnpm } from './pnpm.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const packed = join(root, 'packed')

rmSync(packed, { recursive: true, force: true })
const packing = pnpm(
  '--recursive',
  '--filter',
  './packages/*',
  'pack',
  '--pack-destination',
  packed,
  '--json',
)
const { status, stdout, error } = spawnSync('npm', packing, {
  cwd: root,
  encoding: 'utf8',
  stdio: ['ignore', 'pipe', 2],
  maxBuffer: 64 * 2 ** 20,
  shell: process.platform === 'win32',
})
if (error || status !== 0) {
  process.stderr.write(
    `mnemoscope: pnpm pack ${error ? `did not start: ${error.message}` : `ended with ${status}`}\n${stdout ?? ''}`,
  )
  process.exit(1)
}
for (const [, tarball] of stdout.matchAll(/"filename": "(.*\.tgz)"/g)) process.stdout.write(`${tarball}\n`)
