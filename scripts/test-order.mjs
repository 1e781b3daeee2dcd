import { readFileSync, statSync } from 'node:fs'
import TestSequencer from '@jest/test-sequencer'

/**
 * What a test file starts says how long it takes, in seconds on a machine with two cores. The sum orders the files; it
 * claims nothing.
 */
const costs = [
  [/\bfiguresOf\(/, 60],
  [/\bstartUp\(/, 40],
  [/\btell\(/, 40],
  [/\bstartStack\(/, 30],
  [/\bstartRunningServers\(/, 30],
  [/\bstartMonitoringServers\(/, 20],
  [/\blaunchChromium\(/, 20],
  [/\bstartSeededPrometheus\(/, 15],
  [/\bstart(Test)?(Prometheus|Alertmanager)\(/, 15],
  [/\bruleTest\(/, 15],
  [/\bstartPostgres\(/, 15],
  [/\bmnemoscope\(/, 10],
  [/\b(runTool|findTools?)\(/, 10],
  [/\b(startSeededPostgres|startTestRecorder|startTestPostgres|startTestDatabase|ownDatabase)\(/, 5],
]
/** Files below this need no fetched program: they run first, while those are fetched. */
const little = 10
const bytesASecond = 5_000

/** Jest's order of test files: first the small ones, and then the longest first, so that none is left to the end alone. */
export default class TestOrder extends TestSequencer {
  sort(tests) {
    const seconds = new Map(tests.map((test) => [test, secondsOf(test.path)]))
    const small = tests.filter((test) => seconds.get(test) < little)
    const large = tests.filter((test) => seconds.get(test) >= little)
    return [...small, ...large.sort((a, b) => seconds.get(b) - seconds.get(a))]
  }
}

function secondsOf(path) {
  const text = readFileSync(path, 'utf8')
  const started = costs
    .filter(([pattern]) => pattern.test(text))
    .reduce((sum, [, seconds]) => sum + seconds, 0)
  return started + statSync(path).size / bytesASecond
}
