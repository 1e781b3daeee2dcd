/**
 * Alerting, measured on real servers: `live` (seeded breaches at three rates of traffic) or `bench` (what rules and
 * changes cost). `--json` prints one line for each figure and nothing else.
 */
import { runMeasuringSuites } from '../harness/jest.js'

const [suite, ...rest] = process.argv.slice(2)
if (suite === 'live' || suite === 'bench') {
  await runMeasuringSuites(`<rootDir>/test/alerting/long/${suite}.long.ts`, {
    isJson: rest.includes('--json'),
  })
} else {
  process.stderr.write('usage: npm run test:alerting [-- --json], or npm run bench:alerting [-- --json]\n')
  process.exitCode = 2
}
