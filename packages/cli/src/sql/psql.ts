import { spawn } from 'node:child_process'
import { MnemoscopeError } from '@mnemoscope/kpi/errors'
import { libpqEnvironment, type ReaderAddress } from './reader-address.js'

/**
 * Opens psql in this terminal. The password is in its environment, not among its arguments, which every user of the machine
 * can read.
 * @returns its exit code
 * @throws MnemoscopeError TOOL_MISSING if there is no psql on PATH
 */
export function openPsql(address: ReaderAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    // psql cancels a query by Ctrl-C. This process must wait for it meanwhile.
    const ignore = () => undefined
    process.on('SIGINT', ignore)
    const child = spawn('psql', [], {
      env: { ...process.env, ...libpqEnvironment(address) },
      stdio: 'inherit',
    })
    child.once('error', (cause) => {
      process.off('SIGINT', ignore)
      reject(
        new MnemoscopeError('TOOL_MISSING', `psql could not be started: ${cause.message}`, {
          value: 'psql',
          expected: 'the program psql on PATH',
          next: 'Give a query: `npx mnemoscope sql "SELECT * FROM alerts LIMIT 10"`. Or install psql (package postgresql-client), or use another client with `npx mnemoscope sql --address`.',
          cause,
        }),
      )
    })
    child.once('close', (code) => {
      process.off('SIGINT', ignore)
      resolve(code ?? 1)
    })
  })
}
