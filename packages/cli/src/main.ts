import { failureText } from './failure.js'
import { program } from './program.js'

program.parseAsync().catch((error: unknown) => {
  const { text, exitCode } = failureText(error, { json: process.argv.includes('--json') })
  process.stderr.write(text)
  process.exitCode = exitCode
})
