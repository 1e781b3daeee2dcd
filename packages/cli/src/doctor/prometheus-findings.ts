import { names } from '@mnemoscope/kpi'
import { type Expected, ownLabels } from './expected.js'
import type { PrometheusFacts, RuleGroup, Target } from './facts.js'
import { type Finding, some, wrong } from './finding.js'

const addFile = (job: string) =>
  `Add prometheus/scrape/${job}.yml of \`npx mnemoscope generate --into-existing --out FOLDER\` to scrape_config_files ` +
  '(before Prometheus 2.43 its job to scrape_configs), and reload Prometheus.'

/** Whether the services and the recorder are scraped, under their names, at the right pace. */
export function scrapeFindings({ targets }: Pick<PrometheusFacts, 'targets'>, expected: Expected): Finding[] {
  const recorder = names.pipelineJob.recorder
  const services = [...expected.services, { name: recorder, targets: [new URL(expected.recorder).host] }]
  return services.flatMap(({ name, targets: addresses }): Finding[] => {
    const own = targets.filter(({ job }) => job === name)
    if (own.length === 0) return [notScraped(name, addresses, targets)]
    return [...down(name, own), ...otherInterval(name, own, name === recorder ? undefined : expected)]
  })
}

function notScraped(name: string, addresses: readonly string[], targets: readonly Target[]): Finding {
  const renamed = targets.find(({ address }) => addresses.includes(address))
  if (renamed !== undefined) {
    return wrong('scrapes', {
      code: 'job_name',
      text: `Prometheus scrapes ${renamed.address} as the job ${renamed.job}, not ${name}.`,
      fix: `Name the job ${name} in prometheus.yml, or the service ${renamed.job} in the configuration: both must be the same.`,
    })
  }
  return wrong('scrapes', {
    code: name === names.pipelineJob.recorder ? 'recorder_not_scraped' : 'service_not_scraped',
    text: `Prometheus has no target of the job ${name}.`,
    fix: addFile(name),
  })
}

function down(name: string, targets: readonly Target[]): Finding[] {
  const gone = targets.filter(({ isUp }) => !isUp)
  const [first] = gone
  if (first === undefined) return []
  return [
    wrong('scrapes', {
      code: 'target_down',
      text: `${gone.length} of ${targets.length} targets of ${name} do not answer: ${first.address}: ${first.error || 'not scraped yet'}.`,
      fix: 'Start what should answer there, or correct the address; Prometheus must reach it.',
    }),
  ]
}

/** @param expected undefined where the pace does not matter */
function otherInterval(name: string, targets: readonly Target[], expected: Expected | undefined): Finding[] {
  if (expected === undefined) return []
  const { scrapeInterval } = expected
  const other = targets.find(({ interval }) => interval !== undefined && interval !== scrapeInterval)
  if (other === undefined) return []
  return [
    wrong('scrapes', {
      code: 'scrape_interval',
      text: `Prometheus scrapes ${name} every ${other.interval} s, but scrapeInterval is ${scrapeInterval} s.`,
      fix: `Set scrape_interval of the job to ${scrapeInterval}s, or scrapeInterval in the configuration to '${other.interval}s'.`,
    }),
  ]
}

/** Whether Prometheus evaluates the rules of this configuration. */
export function ruleFindings(
  { groups, ruleHashes }: Pick<PrometheusFacts, 'groups' | 'ruleHashes'>,
  expected: Expected,
): Finding[] {
  const known = new Map(groups.map((group) => [group.name, group]))
  const missing = [...expected.groups.keys()].filter((name) => !known.has(name))
  if (missing.length === expected.groups.size) {
    return [
      wrong('rules', {
        code: 'rules_missing',
        text: 'Prometheus has none of the rule groups mnemoscope_...',
        fix: 'Add prometheus/rules/*.yml of `npx mnemoscope generate --into-existing --out FOLDER` to rule_files, and reload Prometheus.',
      }),
    ]
  }
  return [
    ...otherRules(missing, ruleHashes, expected),
    ...otherPace(groups, expected),
    ...failing(groups.filter(({ name }) => name.startsWith(names.ruleGroupPrefix))),
  ]
}

function otherRules(missing: readonly string[], hashes: readonly string[], expected: Expected): Finding[] {
  const others = hashes.filter((hash) => hash !== expected.configHash)
  const fix = 'Run `npx mnemoscope generate` for the folder that Prometheus reads, and reload Prometheus.'
  if (hashes.length > 1) {
    return [
      wrong('rules', {
        code: 'rules_twice',
        text: `Prometheus has the rules of ${hashes.length} configurations: ${hashes.map(short).join(', ')}.`,
        fix: 'Let rule_files name one of their folders only, and reload Prometheus.',
      }),
    ]
  }
  if (others.length > 0) {
    return [
      wrong('rules', {
        code: 'rules_of_another_configuration',
        text: `The rules in Prometheus are of configuration ${some(others.map(short))}, not of this one, ${short(expected.configHash)}.`,
        fix,
      }),
    ]
  }
  if (missing.length === 0) return []
  return [
    wrong('rules', {
      code: 'groups_missing',
      text: `Prometheus lacks the rule groups ${some(missing)}.`,
      fix,
    }),
  ]
}

const short = (hash: string) => hash.slice(0, 12)

function otherPace(groups: readonly RuleGroup[], expected: Expected): Finding[] {
  const other = groups.find(({ name, interval }) => {
    const wanted = expected.groups.get(name)
    return wanted !== undefined && wanted !== interval
  })
  if (other === undefined) return []
  const wanted = expected.groups.get(other.name)
  return [
    wrong('rules', {
      code: 'evaluation_interval',
      text: `Prometheus evaluates ${other.name} every ${other.interval} s, but the configuration says ${wanted} s.`,
      fix: 'Use the rule files as they were generated, and reload Prometheus.',
    }),
  ]
}

function failing(groups: readonly RuleGroup[]): Finding[] {
  const failures = groups.flatMap(({ name, failures: each }) => each.map((failure) => ({ name, ...failure })))
  const [first] = failures
  if (first === undefined) return []
  return [
    wrong('rules', {
      code: 'rules_failing',
      text: `${failures.length} rules fail, such as ${first.rule} in ${first.name}: ${first.error}`,
      fix: 'See docs/runbooks/rule-evaluation-failing.md.',
    }),
  ]
}

/** External labels that would be taken for labels of our series. */
export function externalLabelFindings({
  externalLabels,
}: Pick<PrometheusFacts, 'externalLabels'>): Finding[] {
  const taken = Object.keys(externalLabels).filter((name) => ownLabels.includes(name))
  if (taken.length === 0) return []
  return [
    wrong('labels', {
      code: 'external_label_taken',
      text: `external_labels of Prometheus has ${some(taken)}, which is a label of Mnemoscope's own series.`,
      fix: 'Rename it in global.external_labels: alerts could not be told apart by it.',
    }),
  ]
}
