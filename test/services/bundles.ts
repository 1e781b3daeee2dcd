import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../packaging/run-command.js'
import { runServed } from './served.js'
import type { Shape } from './shape.js'

/** How a bundler is asked: the file of its settings, and its command. */
interface Bundler {
  readonly name: string
  readonly file: string
  readonly config: string
  readonly command: readonly string[]
  readonly output: string
}

const esbuild = (format: 'esm' | 'cjs', extension: string): Bundler => ({
  name: `esbuild, ${format === 'esm' ? 'ES modules' : 'CommonJS'}`,
  file: `esbuild-${format}.mjs`,
  config: `import { build } from 'esbuild'
await build({ entryPoints: ['${format === 'esm' ? 'single.mjs' : 'single.cjs'}'], bundle: true, platform: 'node', target: 'node20', format: '${format}',
  outdir: 'bundles/esbuild-${format}', outExtension: { '.js': '${extension}' }, splitting: ${format === 'esm'},
  ${format === 'esm' ? 'banner: { js: "import { createRequire } from \'node:module\'; const require = createRequire(import.meta.url)" },' : ''} })`,
  command: [`esbuild-${format}.mjs`],
  output: `bundles/esbuild-${format}/single${extension}`,
})

const bundlers: readonly Bundler[] = [
  esbuild('esm', '.mjs'),
  esbuild('cjs', '.cjs'),
  {
    name: 'webpack',
    file: 'webpack-build.mjs',
    config: `import webpack from 'webpack'
webpack({ mode: 'production', target: 'node20', entry: './single.mjs', experiments: { outputModule: true },
  output: { path: process.cwd() + '/bundles/webpack', filename: 'single.mjs', library: { type: 'module' } } },
  (error, stats) => { if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1 } })`,
    command: ['webpack-build.mjs'],
    output: 'bundles/webpack/single.mjs',
  },
  {
    name: 'Vite, server-side rendering',
    file: 'vite-build.mjs',
    config: `import { build } from 'vite'
await build({ configFile: false, logLevel: 'error', ssr: { noExternal: true, target: 'node' },
  build: { ssr: 'single.mjs', outDir: 'bundles/vite', target: 'node20', rollupOptions: { output: { entryFileNames: 'single.mjs' } } } })`,
    command: ['vite-build.mjs'],
    output: 'bundles/vite/single.mjs',
  },
  {
    name: 'Rollup',
    file: 'rollup-build.mjs',
    config: `import commonjs from '@rollup/plugin-commonjs'
import json from '@rollup/plugin-json'
import resolve from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'
const bundle = await rollup({ input: 'single.mjs', onLog() {}, plugins: [resolve({ preferBuiltins: true, exportConditions: ['node'] }), commonjs(), json()] })
await bundle.write({ dir: 'bundles/rollup', format: 'es', entryFileNames: 'single.mjs', chunkFileNames: '[name]-[hash].mjs' })
await bundle.close()`,
    command: ['rollup-build.mjs'],
    output: 'bundles/rollup/single.mjs',
  },
]

/** The service bundled with all that it needs, run where no packages are. */
export function bundled(folder: string): Shape[] {
  return bundlers.map(({ name, file, config, command, output }) => ({
    name: `bundle by ${name}`,
    over: 'a restart',
    async run() {
      await mkdir(join(folder, 'bundles'), { recursive: true })
      await writeFile(join(folder, file), config)
      await run(process.execPath, command, { cwd: folder })
      return runServed({ folder: join(folder, 'bundles'), args: [join(folder, output)] })
    },
  }))
}
