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
/** What needs no fetched program: Postgres comes with the packages. Such files run first, while programs are fetched. */
const unfetched = [
  /\bstartPostgres\(/,
  /\b(startSeededPostgres|startTestRecorder|startTestPostgres|startTestDatabase|ownDatabase)\(/,
]
const bytesASecond = 5_000

/**
 * Jest's order of test files: first those that need no fetched program, then the others; of both the longest first, so that
 * none is left to the end alone.
 */
export default class TestOrder extends TestSequencer {
  sort(tests) {
    const costOf = new Map(tests.map((test) => [test, costOfFile(test.path)]))
    const waits = (test) => (costOf.get(test).needsFetched ? 1 : 0)
    return [...tests].sort((a, b) => waits(a) - waits(b) || costOf.get(b).seconds - costOf.get(a).seconds)
  }
}

function costOfFile(path) {
  const text = readFileSync(path, 'utf8')
  const found = costs.filter(([pattern]) => pattern.test(text))
  const isUnfetched = ([pattern]) => unfetched.some(({ source }) => source === pattern.source)
  return {
    seconds: found.reduce((sum, [, each]) => sum + each, statSync(path).size / bytesASecond),
    needsFetched: !found.every(isUnfetched),
  }
}
