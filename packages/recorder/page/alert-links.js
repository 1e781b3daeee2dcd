import { element } from './element.js'

/** A dashboard of Grafana has its uid after `/d/`; without Grafana an alert's dashboard is this page itself. */
const grafanaPath = /\/d\/[^/]+$/

/** Where an alert leads: what to do, and Grafana's dashboard of it. */
export function alertLinks({ metadata }, attributes = {}) {
  const { runbook_url: runbook, dashboard_url: dashboard } = metadata.annotations
  const to = (url, text) =>
    isSafe(url) ? element('a', { href: url, rel: 'noreferrer', ...attributes }, text) : null
  return [
    to(runbook, 'Runbook'),
    isSafe(dashboard) && grafanaPath.test(new URL(dashboard).pathname) ? to(dashboard, 'Dashboard') : null,
  ].filter(Boolean)
}

/** Only links that a browser may follow without harm; annotations come from outside. */
function isSafe(url) {
  return /^https?:\/\//.test(url ?? '') && URL.canParse(url)
}
