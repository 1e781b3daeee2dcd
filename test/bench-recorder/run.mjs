/** `npm run bench:recorder`: both benches of the recorder, one after the other; exits 1 if a figure misses its goal. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const benches = ['../../packages/recorder/bench/recorder.mjs', 'main.mjs']
const results = benches.map((bench) =>
  spawnSync(process.execPath, [fileURLToPath(new URL(bench, import.meta.url)), ...process.argv.slice(2)], {
    stdio: 'inherit',
  }),
)
process.exitCode = results.every(({ status }) => status === 0) ? 0 : 1
