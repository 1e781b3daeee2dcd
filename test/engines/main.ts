/** Builds today's servers from their Go modules, for the tests that want what people run: `npm run engines -- --help`. */
import { constants, setPriority } from 'node:os'
import { parseArgs } from 'node:util'
import { engineFolder } from '../harness/engines.js'
import { buildEngine, builtPrograms } from './build.js'
import { type EngineName, engineNames, engines } from './catalog.js'
import { goCommand, goVersion } from './go.js'

const help = `Builds today's servers into .mnemoscope/engines, once; tests that need one find it there.

  npm run engines                             all of them
  npm run engines -- prometheus alertmanager  these
  npm run engines -- --list                   what is there; builds nothing
  npm run engines -- --json                   one JSON object for each engine

Exits with 1 if one of them is not there.

Engines:
${engineNames.map((name) => `  ${name.padEnd(16)} ${describe(name)}`).join('\n')}

It needs Go (https://go.dev/dl/). Start it again after an interruption: it goes on where it stopped.
MNEMOSCOPE_ENGINES names another folder, e.g. one that several clones share.
`

function describe(name: EngineName): string {
  const { title, version, programs, minutes } = engines[name]
  return `${title} ${version}: ${programs.join(', ')}; about ${minutes} min on two cores`
}

/** How often a line says that a long build goes on. */
const progressMs = 10_000

const say = (text: string) => void process.stderr.write(`${text}\n`)

try {
  await main()
} catch (error) {
  say(`engines: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
    },
  })
  if (options.help) {
    process.stdout.write(help)
    return
  }
  const unknown = positionals.filter((name) => !isEngine(name))
  if (unknown.length > 0) {
    throw new Error(`there is no engine ${unknown.join(', ')}. Choose from ${engineNames.join(', ')}.`)
  }
  const chosen = positionals.length === 0 ? engineNames : positionals.filter(isEngine)
  const failed = options.list ? new Map<EngineName, string>() : await buildAll(chosen)
  for (const name of chosen) report(name, options.json, failed.get(name))
}

function isEngine(name: string): name is EngineName {
  return (engineNames as readonly string[]).includes(name)
}

/** Builds what is missing. @returns why, for each engine that could not be built */
async function buildAll(chosen: readonly EngineName[]): Promise<Map<EngineName, string>> {
  const failed = new Map<EngineName, string>()
  const missing = chosen.filter((name) => builtPrograms(name).missing.length > 0)
  if (missing.length === 0) return failed
  if ((await goVersion()) === undefined) {
    const why = 'there is no Go. Install it (https://go.dev/dl/), put `go` on PATH and run this again'
    return new Map(missing.map((name) => [name, why]))
  }
  const interruption = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort())
  // Whoever works on the machine meanwhile comes first.
  setPriority(constants.priority.PRIORITY_LOW)
  for (const name of missing) {
    if (interruption.signal.aborted) failed.set(name, 'interrupted; run this again to go on')
    else {
      await buildOne(name, interruption.signal).catch((error: Error) => {
        failed.set(name, interruption.signal.aborted ? 'interrupted; run this again to go on' : error.message)
      })
    }
  }
  return failed
}

async function buildOne(name: EngineName, signal: AbortSignal): Promise<void> {
  const begun = Date.now()
  let current = ''
  let compiled = 0
  let last = 'starting'
  const go = goCommand((line) => {
    if (line.startsWith('go: ')) last = line.slice('go: '.length)
    else last = `compiled ${++compiled} packages, the last one ${line}`
  }, signal)
  const progress = setInterval(() => {
    say(`  ${current}: ${Math.round((Date.now() - begun) / 1_000)} s, ${last}`)
  }, progressMs)
  try {
    say(`building ${describe(name)} ...`)
    await buildEngine(name, go, (program) => {
      current = program
    })
  } finally {
    clearInterval(progress)
  }
}

function report(name: EngineName, isJson: boolean, failure: string | undefined): void {
  const { title, version, programs } = engines[name]
  const { built } = builtPrograms(name)
  const ok = built.length === programs.length
  if (!ok) process.exitCode = 1
  const reason = failure ?? (ok ? undefined : `run \`npm run engines -- ${name}\``)
  if (isJson) {
    const figure = {
      name: `${title} ${version}`,
      value: built.length,
      unit: 'programs',
      goal: programs.length,
      ok,
    }
    const place = { engine: name, folder: engineFolder(name), programs: built }
    console.log(JSON.stringify({ ...figure, ...place, ...(reason === undefined ? {} : { reason }) }))
  } else if (ok) console.log(`✓ ${title} ${version}: ${programs.join(', ')} in ${engineFolder(name)}`)
  else console.log(`✗ ${title} ${version} is not there: ${reason}`)
}
