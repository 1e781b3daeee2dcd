import { outliveOutput } from './broken-output.js'
import { failureText } from './failure.js'
import { print } from './print.js'
import { program } from './program.js'

const failed = (exitCode: number) => {
  process.exitCode = exitCode
}
outliveOutput(process, failed)
program.parseAsync().catch((error: unknown) => {
  const { text, exitCode } = failureText(error, { json: process.argv.includes('--json') })
  print(text, process.stderr)
  failed(exitCode)
})
