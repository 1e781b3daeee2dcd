// Runs canaries against the memory in a file, one round after the other, until it is killed. `once`: it ends after a round.
import { canaryKpis, defineConfig } from '@mnemoscope/kpi'
import { startMonitoring } from '../../src/index.js'
import { fileMemory } from './file-memory.js'

const [, , file = '', mode] = process.argv
const config = defineConfig({ kpis: canaryKpis })
const monitor = await startMonitoring({ service: 'canaries', config, endpoint: false })
const labels = { model: 'gpt-4o', contextSize: 8_192 }
const canaries = monitor.canaries({ labels, memory: fileMemory(file), every: '1h' })
if (mode === 'once') {
  await canaries.run()
  await monitor.stop()
} else {
  process.stdout.write('running\n')
  for (;;) await canaries.run()
}
