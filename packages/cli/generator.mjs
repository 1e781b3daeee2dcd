// Makes generated files in a thread, while another one answers requests: a configuration comes in, its files go out. It is plain
// JavaScript because the package runs both from its TypeScript sources (tests) and from dist, and a thread of `node` 20 runs no
// TypeScript.
import { parentPort } from 'node:worker_threads'
import { writeMade } from './dist/changes/made-files.js'
import { makeFiles } from './dist/changes/make-files.js'

parentPort.on('message', ({ config, options }) => {
  try {
    parentPort.postMessage({ made: writeMade(makeFiles(config, options)) })
  } catch (error) {
    const { code, message, value, expected, next } = error
    parentPort.postMessage({ failed: { code, message: message ?? String(error), value, expected, next } })
  }
})
