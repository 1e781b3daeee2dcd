/**
 * The page's tests in a real browser, with the long ones that measure: `npm run test:browser [-- --json]`. Those over a seeded
 * recorder run again for each reader of `reader.ts`; `-- --readers` runs only these. With
 * `--screenshots` it makes docs/images/*.png for the README instead, from a real run of the demo: about 8 minutes.
 */
import { runJest, runMeasuringSuites } from '../harness/jest.js'
import { readers } from './reader.js'

const args = process.argv.slice(2)
if (args.includes('--screenshots')) {
  process.exitCode = await runJest(['--testMatch', '<rootDir>/test/browser/screenshots.ts'])
} else {
  if (!args.includes('--readers')) await measureAll()
  for (const reader of readers.filter((each) => each !== 'anybody' || args.includes('--readers'))) {
    const code = await runJest(
      [
        '--testMatch',
        '<rootDir>/test/browser/{seeded,alerts,incidents,review,sharing}.suite.ts',
        '--runInBand',
      ],
      {
        env: { MNEMOSCOPE_PAGE_READER: reader },
        stdout: args.includes('--json') ? 'stderr' : 'inherit',
      },
    )
    if (code !== 0) process.exitCode = code
  }
}

function measureAll(): Promise<void> {
  return runMeasuringSuites('<rootDir>/test/browser/**/*.{test,suite,long}.ts', {
    isJson: args.includes('--json'),
    args: args.filter((arg) => arg !== '--json'),
  })
}
