import { AsyncLocalStorage } from 'node:async_hooks'
import vm from 'node:vm'
import { TestEnvironment } from 'jest-environment-node'

/**
 * What V8 made of each source, by the source: every test file compiles the same modules anew, which took an eighth of the
 * time. A source that imports while it runs is left alone, as Node loses what such an import needs.
 */
const compiled = new Map()
const { SourceTextModule, compileFunction } = vm
const canKeep = (source) => !source.includes('import(')

vm.SourceTextModule = new Proxy(SourceTextModule, {
  construct(original, [source, options]) {
    const cachedData = compiled.get(source)
    if (cachedData !== undefined) {
      try {
        return new original(source, { ...options, cachedData })
      } catch {
        // V8 refuses what it made before a test changed one of its flags.
        compiled.delete(source)
      }
    }
    const made = new original(source, options)
    if (canKeep(source)) compiled.set(source, made.createCachedData())
    return made
  },
})

vm.compileFunction = (source, parameters, options) => {
  const cachedData = compiled.get(source)
  if (cachedData !== undefined) {
    const kept = compileFunction(source, parameters, { ...options, cachedData })
    if (kept.cachedDataRejected) compiled.delete(source)
    return kept
  }
  if (!canKeep(source)) return compileFunction(source, parameters, options)
  const made = compileFunction(source, parameters, { ...options, produceCachedData: true })
  if (made.cachedData !== undefined) compiled.set(source, made.cachedData)
  return made
}

/**
 * Storages that were used since the test file began. Up to Node 22 each one that was ever used makes every promise of the
 * process slower, and jest makes one for each file: after a hundred files half of a worker's time went there.
 */
const used = new Set()
for (const method of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[method]
  AsyncLocalStorage.prototype[method] = function (...args) {
    used.add(this)
    return Reflect.apply(original, this, args)
  }
}

/** Jest's environment for Node, which leaves no storage in use when its test file has ended. */
export default class TestsEnvironment extends TestEnvironment {
  async teardown() {
    await super.teardown()
    for (const storage of used) storage.disable()
    used.clear()
  }
}
