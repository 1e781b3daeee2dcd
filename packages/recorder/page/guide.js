import { byId, element, setText } from './element.js'
import { showList } from './keyed.js'

/** What a first run waits for: each part, and whether it is there. Shown while no data has arrived. */
export function showGuide(isEmpty, problems) {
  byId('guide').hidden = !isEmpty
  byId('content').hidden = isEmpty
  if (!isEmpty) return
  const steps = [
    { name: 'The recorder runs', problem: undefined },
    { name: 'Postgres answers', problem: about(problems, 'Postgres:') },
    { name: 'Prometheus answers', problem: about(problems, 'Prometheus:') },
    { name: 'Snapshots are taken', problem: about(problems, 'Snapshots:') },
    { name: 'A service reports its KPIs', problem: 'none has yet: follow the three steps below' },
  ]
  showList(
    byId('guide-steps'),
    steps,
    ({ name }) => name,
    ({ name, problem }) =>
      element(
        'li',
        { class: problem ? 'open' : 'done' },
        `${problem ? '○' : '✓'} ${name}`,
        problem ? `: ${problem}` : '',
      ),
  )
  setText(byId('guide-origin'), location.origin)
}

function about(problems, part) {
  return problems
    .find((problem) => problem.startsWith(part))
    ?.slice(part.length)
    .trim()
}
