/** What is to end before the process does. One listener for all: Node warns of more than ten. */
const endings = new Set<() => unknown>()

/**
 * Calls a function when nothing is left to do in the process, which waits for what it begins. `process.exit()` and signals
 * end a process without this.
 * @returns how to take it back
 */
export function beforeExit(end: () => unknown): () => void {
  if (endings.size === 0) process.on('beforeExit', endAll)
  endings.add(end)
  return () => {
    if (endings.delete(end) && endings.size === 0) process.off('beforeExit', endAll)
  }
}

function endAll(): void {
  for (const end of endings) end()
}
