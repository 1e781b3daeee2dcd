import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'

/**
 * Tests that `npm test` may skip, because the program or the account that they need can not be had everywhere. Any
 * other skipped test fails the run.
 */
const maySkip = [
  // Only Linux has /dev/full, a disk that is always full.
  {
    file: /^packages\/servers\/test\/process\/start-process\.suite\.ts$/,
    title: /full disk/,
    unless: 'linux',
  },
  // Only Debian and its derivatives have apt.
  { file: /^packages\/servers\/test\/tools\/from-debian\.(?:test|suite)\.ts$/, unless: 'linux' },
  // Only root can run programs as other accounts.
  { file: /^test\/security\/other-account\.suite\.ts$/, unless: 'root' },
  // A Python that can make an environment for the example.
  { file: /^test\/examples\/examples\.suite\.ts$/, title: /python/, unless: 'python' },
  // Weaver's schema is fetched from its repository.
  { file: /^test\/packaging\/registry\.suite\.ts$/, unless: 'weaver' },
  // Chromium is fetched from Debian's packages; elsewhere one has to be installed.
  { file: /^test\/(browser|dashboards|acceptance)\//, unless: 'linux' },
]

/** Skipped tests without a reason, each as file and name. */
export function unexplainedSkips({ testResults }, root, platform = process.platform) {
  const here = [
    platform,
    ...(process.getuid?.() === 0 ? ['root'] : []),
    ...(hasPython() ? ['python'] : []),
    ...(process.env.MNEMOSCOPE_WEAVER_SCHEMAS === undefined ? [] : ['weaver']),
  ]
  return testResults.flatMap(({ name, assertionResults }) => {
    const file = relative(root, name)
    return assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .filter(({ title }) => {
        const reason = maySkip.find((each) => each.file.test(file) && (each.title?.test(title) ?? true))
        return reason === undefined || here.includes(reason.unless)
      })
      .map(({ fullName }) => `${file}: ${fullName}`)
  })
}

function hasPython() {
  return spawnSync('python3', ['-m', 'venv', '--help']).status === 0
}

/** The files that took longest, as lines for people. */
export function slowest({ testResults }, root, count = 10) {
  const files = testResults
    .map(({ name, startTime, endTime }) => ({
      file: relative(root, name),
      seconds: (endTime - startTime) / 1_000,
    }))
    .sort((a, b) => b.seconds - a.seconds)
  const lines = files
    .slice(0, count)
    .map(({ file, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${file}`)
  return ['Slowest files:', ...lines].join('\n')
}
