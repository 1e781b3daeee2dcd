/**
 * Fetches the programs that tests run, where this machine lacks them. `npm test` starts it beside the tests that need
 * none; a test that comes before it has ended fetches for itself.
 */
import { findTools } from '@mnemoscope/servers'
import { findChromium } from './chromium.js'
import { toolsDir } from './repository.js'

await Promise.all([
  findTools(['prometheus', 'promtool', 'alertmanager', 'amtool'], { toolsDir }),
  findChromium(),
])
