import { createRequire } from 'node:module'
import { Script } from 'node:vm'
import type * as Jiti from 'jiti'
import type * as Sucrase from 'sucrase'

// Both are CommonJS. Importing them would make Node search their text for exports, which takes as long as loading them.
const require = createRequire(import.meta.url)
export const { createJiti } = require('jiti') as typeof Jiti

/**
 * The JavaScript that jiti runs for a module of a configuration. Loading Babel, jiti's own compiler, takes longer than
 * most commands, so Babel compiles only a module that could behave differently without it.
 */
export function transformConfig(options: Jiti.TransformOptions): Jiti.TransformResult {
  return { code: quickly(options) ?? createJiti(import.meta.url, { fsCache: false }).transform(options) }
}

/** Comments and imports at the top of a module. */
const head = /^(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/|import\b[^'"`()]*(['"])[^'"\n]*\1;?)*/

/** What only Babel compiles: namespaces, dynamic imports, `import.meta`, CommonJS; imports after other code, which run first. */
const special = /\b(?:import|from|require|module|exports|namespace)\b(?!\s*:)/

/** Undefined if Babel has to compile it, or to say what is wrong with it. */
function quickly({ source, async, ts, jsx }: Jiti.TransformOptions): string | undefined {
  const body = source.slice(head.exec(source)?.[0].length ?? 0)
  if (async !== true || jsx || special.test(body)) return undefined
  const { transform } = require('sucrase') as typeof Sucrase
  try {
    const { code } = transform(source, {
      transforms: ts ? ['typescript', 'imports'] : ['imports'],
      disableESTransforms: true,
    })
    const awaited = code.replaceAll(/\brequire\((?=['"])/g, 'await jitiImport(')
    // Sucrase accepts most errors of syntax. This finds them: it compiles the code and does not run it.
    new Script(`(async function () { ${awaited}\n})`)
    return awaited
  } catch {
    return undefined
  }
}
