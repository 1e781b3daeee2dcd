import { failureText, outliveOutput } from './failure.js'
import { program } from './program.js'
import { print } from './terminal.js'

const failed = (exitCode: number) => {
  process.exitCode = exitCode
}
outliveOutput(process, failed)
program.parseAsync().catch((error: unknown) => {
  const { text, exitCode } = failureText(error, { json: process.argv.includes('--json') })
  print(text, process.stderr)
  failed(exitCode)
})
