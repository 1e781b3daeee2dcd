// Makes docs/images/*.png for the README from a real run of the demo, healthy and with a fault: about 8 minutes.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { status, error } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--testMatch',
    '<rootDir>/test/browser/screenshots.ts',
  ],
  { cwd: root, stdio: 'inherit' },
)
if (error) throw error
process.exit(status ?? 1)
