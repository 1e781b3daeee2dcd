import { spawn } from 'node:child_process'

// A program that never ends has left a timer or a socket behind.
const longest = 300_000

/**
 * Runs a command to its end.
 * @returns its standard output
 * @throws Error with all it printed, if it ends with anything but 0
 */
export function run(
  command: string,
  args: readonly string[],
  { cwd }: { cwd?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...inherited(), NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: longest,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(stdout)
      else reject(new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}${stderr}`))
    })
  })
}

/** Our environment less what npm, node and jest hand on to what they start. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_)|NODE_OPTIONS$|NODE_ENV$|JEST_|FORCE_COLOR$)/.test(name),
    ),
  )
}
