import { byId, setText } from './dom.js'
import { localZone, showLocalTimes } from './time.js'

const zoneKey = 'mnemoscope.zone'

/** Shows times as the reader chose last, UTC by default, and lets them choose. Before anything is shown. */
export function startZone(): void {
  const isLocal = localStorage.getItem(zoneKey) === 'local' && localZone !== 'UTC'
  showLocalTimes(isLocal)
  setText(byId('zone'), isLocal ? `Times: ${localZone}` : 'Times: UTC')
  const button = byId('zone-change', HTMLButtonElement)
  // There is nothing to choose.
  button.hidden = localZone === 'UTC'
  setText(button, isLocal ? 'Show UTC' : `Show ${localZone}`)
  button.addEventListener('click', () => {
    localStorage.setItem(zoneKey, isLocal ? 'utc' : 'local')
    // Each part has written its times. The address has all of the view.
    location.reload()
  })
}
