import { spawn } from 'node:child_process'

// A program that never ends has left a timer or a socket behind.
const longest = 300_000

/**
 * Runs a command to its end.
 * @returns its standard output
 * @throws Error with all it printed, if it ends with anything but 0
 */
export function run(command, args, { cwd, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...inherited(), NO_COLOR: '1', ...env },
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
function inherited() {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(?!config_)|NODE_OPTIONS$|NODE_ENV$|JEST_|FORCE_COLOR$)/.test(name),
    ),
  )
}
