import { readFileSync } from 'node:fs'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { Command, type CommanderError } from 'commander'
import { auditCommand } from './commands/audit.js'
import { backtestCommand } from './commands/backtest.js'
import { checkCommand } from './commands/check.js'
import { compareCommand } from './commands/compare.js'
import { databaseCommand } from './commands/database.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { evaluateCommand } from './commands/evaluate.js'
import { explainCommand } from './commands/explain.js'
import { exportCommand } from './commands/export.js'
import { generateCommand } from './commands/generate.js'
import { incidentCommand } from './commands/incident.js'
import { initCommand } from './commands/init.js'
import { keyCommand } from './commands/key.js'
import { mcpCommand } from './commands/mcp.js'
import { messagesCommand } from './commands/messages.js'
import { notifyCommand } from './commands/notify.js'
import { recordCommand } from './commands/record.js'
import { replayCommand } from './commands/replay.js'
import { reportCommand } from './commands/report.js'
import { signInCommand } from './commands/sign-in.js'
import { sqlCommand } from './commands/sql.js'
import { statusCommand, statusExitCodes } from './commands/status.js'
import { suggestCommand } from './commands/suggest.js'
import { topCommand } from './commands/top.js'
import { upCommand } from './commands/up.js'
import { watchCommand } from './commands/watch.js'
import { webConfigCommand } from './commands/web-config.js'
import { failureText } from './failure.js'
import { print } from './terminal.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string
}

/**
 * The `mnemoscope` command with all its commands. The action of a command imports what only that command needs, so that
 * the other commands start quickly.
 */
export const program = new Command('mnemoscope')
  .description('Shows how well an LLM memory system remembers.')
  .version(version)

const commands = [
  upCommand,
  reportCommand,
  statusCommand,
  topCommand,
  compareCommand,
  sqlCommand,
  exportCommand,
  demoCommand,
  initCommand,
  generateCommand,
  checkCommand,
  doctorCommand,
  watchCommand,
  webConfigCommand,
  messagesCommand,
  notifyCommand,
  explainCommand,
  incidentCommand,
  mcpCommand,
  backtestCommand,
  suggestCommand,
  evaluateCommand,
  auditCommand,
  recordCommand,
  replayCommand,
  keyCommand,
  signInCommand,
  databaseCommand,
]
for (const command of commands) program.addCommand(command)

/** Whether errors are wanted as JSON. */
let json = false

for (const command of [program, ...commands, ...databaseCommand.commands, ...keyCommand.commands]) {
  command.showHelpAfterError('(run with --help to see its options)')
  command.configureOutput({
    // Then the text is in the error that ends the command.
    outputError: (text, write) => json || write(text),
    writeErr: (text) => json || print(text, process.stderr),
  })
  command.exitOverride((error: CommanderError) => {
    if (json && error.exitCode !== 0) print(failureText(wrongUse(error), { json }).text, process.stderr)
    // Commander has already written its message. Help and version are no failures.
    throw new Ended(error.exitCode === 0 ? 0 : command === statusCommand ? statusExitCodes.unknown : 2)
  })
}

/** An argument or option that commander refuses, as every other error of the input. */
function wrongUse({ message }: CommanderError): MnemoscopeError {
  return new MnemoscopeError('USAGE', message.replace(/^error: /, ''), {
    next: 'Run the command with --help to see its options.',
  })
}

/** Ends the command from inside commander. */
class Ended extends Error {
  constructor(readonly exitCode: number) {
    super(`ended with exit code ${exitCode}`)
  }
}

/** Runs the command with the arguments after its name, and sets the exit code of this process. */
export async function run(args: readonly string[]): Promise<void> {
  json = args.includes('--json')
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof Ended) {
      process.exitCode = error.exitCode
      return
    }
    const { text, exitCode } = failureText(error, { json })
    print(text, process.stderr)
    process.exitCode = exitCode
  }
}
