// `npm run test:all`: `npm test`, and then every long suite. Names run only those: `npm run test:all -- rules browser`.
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The npm script of each suite, with its arguments here. */
const suites = {
  test: ['test'],
  long: ['test:long'],
  rules: ['test:rules'],
  alerting: ['test:alerting'],
  dashboards: ['test:dashboards'],
  browser: ['test:browser'],
  postgres: ['test:postgres'],
  security: ['test:security'],
  packaging: ['test:packaging'],
  readme: ['test:readme'],
  services: ['services'],
  truth: ['truth', '--rule-seeds', '1'],
  faults: ['faults', '--faults', '40', '--minutes', '6'],
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites)
const unknown = wanted.filter((name) => !(name in suites))
if (unknown.length > 0) {
  console.error(`no suite ${unknown.join(', ')}: there are ${Object.keys(suites).join(', ')}`)
  process.exit(2)
}

const outcomes = wanted.map((name) => {
  const [script, ...args] = suites[name]
  console.error(`\n== npm run ${[script, ...args].join(' ')}`)
  const begun = Date.now()
  const { status } = spawnSync('npm', ['run', script, '--', ...args], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  return { name, passed: status === 0, seconds: Math.round((Date.now() - begun) / 1_000) }
})

console.error('')
for (const { name, passed, seconds } of outcomes)
  console.error(`${passed ? 'PASS' : 'FAIL'} ${name.padEnd(10)} ${seconds} s`)
process.exit(outcomes.every(({ passed }) => passed) ? 0 : 1)
