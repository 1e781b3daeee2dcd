/**
 * The page's tests in a real browser, with the long ones that measure: `npm run test:browser [-- --json]`. With
 * `--screenshots` it makes docs/images/*.png for the README instead, from a real run of the demo: about 8 minutes.
 */
import { runJest, runMeasuringSuites } from '../harness/jest.js'

const args = process.argv.slice(2)
if (args.includes('--screenshots')) {
  process.exitCode = await runJest(['--testMatch', '<rootDir>/test/browser/screenshots.ts'])
} else {
  await runMeasuringSuites('<rootDir>/test/browser/**/*.{test,suite,long}.ts', {
    isJson: args.includes('--json'),
    args: args.filter((arg) => arg !== '--json'),
  })
}
