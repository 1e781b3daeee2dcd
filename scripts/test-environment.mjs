import { AsyncLocalStorage } from 'node:async_hooks'
import { TestEnvironment } from 'jest-environment-node'

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
