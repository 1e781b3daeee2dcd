import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { generate } from '@mnemoscope/generate'
import { type Config, MnemoscopeError } from '@mnemoscope/kpi'
import { childEnvironment, type FoundTool } from '@mnemoscope/servers'
import { type MediumName, type MessageMedium, mediumNames, messageMedia } from './media.js'
import type { Sample } from './message-data.js'

const run = promisify(execFile)

/** A message as a medium gets it. */
export interface RenderedText {
  readonly title: string
  readonly body: string
  readonly level?: string
}

/** A message in every medium. */
export interface RenderedMessage {
  readonly kind: string
  /** `critical`, `error`, `warning`, `info` or `recovered`. */
  readonly level: string
  readonly media: Readonly<Record<MediumName, RenderedText>>
}

/** Stands between the texts of one run; no text of ours has it. */
const separator = '\u001e'

/**
 * Renders messages with the templates of a configuration, by Alertmanager's own engine.
 * @throws MnemoscopeError GENERATED_REJECTED with what amtool says
 */
export async function renderMessages(
  config: Config,
  samples: readonly Sample[],
  amtool: FoundTool,
): Promise<RenderedMessage[]> {
  refuseOlder(config, amtool)
  const folder = await mkdtemp(join(tmpdir(), 'mnemoscope-messages-'))
  try {
    const templates = join(folder, 'mnemoscope.tmpl')
    await writeFile(templates, generate(config).get('alertmanager/templates/mnemoscope.tmpl') ?? '')
    const renderer = { amtool: amtool.command, folder, templates }
    const rendered: RenderedMessage[] = []
    // One after another: each is two short programs, and a machine may have one core.
    for (const sample of samples) rendered.push(await renderSample(renderer, sample))
    return rendered
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Templates may read what only the Alertmanager that the configuration names gives to them. */
function refuseOlder({ alerting: { alertmanager } }: Config, { version, command }: FoundTool): void {
  const minor = (text: string) => text.split('.').slice(0, 2).map(Number)
  const [wanted = [], found = []] = [minor(alertmanager), minor(version)]
  if (found.some(Number.isNaN)) return
  const difference = (found[0] ?? 0) - (wanted[0] ?? 0) || (found[1] ?? 0) - (wanted[1] ?? 0)
  if (difference >= 0) return
  throw new MnemoscopeError(
    'TOOL_MISSING',
    `${command} is amtool ${version}, and alerting.alertmanager is ${alertmanager}`,
    {
      value: version,
      expected: `amtool ${alertmanager} or newer, which comes with Alertmanager`,
      next: `Put the amtool of your Alertmanager first on PATH.`,
    },
  )
}

interface Renderer {
  readonly amtool: string
  readonly folder: string
  readonly templates: string
}

async function renderSample(renderer: Renderer, { kind, data }: Sample): Promise<RenderedMessage> {
  const path = join(renderer.folder, 'data.json')
  await writeFile(path, JSON.stringify(data))
  const isHtml = (name: MediumName) => messageMedia[name].format === 'html'
  const bodies = mediumNames.filter(isHtml)
  // A mail's subject is text, whatever its body is.
  const parts = mediumNames.flatMap((name) =>
    templatesOf(name)
      .filter(([part]) => part !== 'body' || !isHtml(name))
      .map(([part, template]) => ({ name, part, template })),
  )
  const texts = await render(renderer, path, 'text', [
    'mnemoscope.level',
    ...parts.map(({ template }) => template),
  ])
  const html = await render(
    renderer,
    path,
    'html',
    bodies.map((name) => messageMedia[name].templates.body),
  )
  const [level = '', ...rest] = texts
  const media = Object.fromEntries(
    mediumNames.map((name): [MediumName, RenderedText] => {
      const given = parts.map(({ part, name: of }, i) => [of, part, rest[i] ?? ''] as const)
      const own = Object.fromEntries(
        given.filter(([of]) => of === name).map(([, part, text]) => [part, text]),
      )
      const body = isHtml(name) ? (html[bodies.indexOf(name)] ?? '') : (own.body ?? '')
      return [name, { title: '', ...own, body }]
    }),
  ) as Record<MediumName, RenderedText>
  return { kind, level, media }
}

function templatesOf(name: MediumName): [part: string, template: string][] {
  return Object.entries(messageMedia[name].templates satisfies MessageMedium['templates'])
}

async function render(
  { amtool, folder, templates }: Renderer,
  data: string,
  type: 'text' | 'html',
  names: readonly string[],
): Promise<string[]> {
  const text = names.map((name) => `{{ template "${name}" . }}`).join(separator)
  const args = ['template', 'render', '--template.glob', templates, '--template.type', type]
  const given = ['--template.data', data, '--template.text', text]
  const { stdout } = await run(amtool, [...args, ...given], {
    cwd: folder,
    env: childEnvironment(),
    maxBuffer: 64 * 1_024 * 1_024,
  }).catch((error: Error & { stderr?: string }) => {
    throw new MnemoscopeError('GENERATED_REJECTED', `amtool: ${error.stderr || error.message}`, {
      value: type,
      next: 'This is a defect of the templates: please report it with the configuration.',
      cause: error,
    })
  })
  return stdout.replace(/\n$/, '').split(separator)
}
