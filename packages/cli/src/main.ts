import { outliveOutput } from './failure.js'
import { run } from './program.js'

outliveOutput(process, (exitCode) => {
  process.exitCode = exitCode
})
void run(process.argv.slice(2))
