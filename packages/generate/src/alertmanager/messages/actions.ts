import { type Config, names } from '@mnemoscope/kpi'
import { pageFor } from '../../annotations.js'
import { type Medium, quoted } from './medium.js'

const { job, kpi } = names.label

/** What people do next: a name for it, and either an address or a command. */
export interface Action {
  readonly name: string
  /** Template text. */
  readonly text: string
  readonly isLink: boolean
  /** Template condition under which it is there. */
  readonly condition: string
}

/** What is not safe within quotes of a shell or of a medium. */
const unsafe = quoted('[^\\p{L}\\p{N}_.:/ -]')
const safe = ` | reReplaceAll ${unsafe} "?"`

/** A matcher of amtool's: by a pattern where the value has what is not safe, with a dot for each such character. */
const matcher = `'{{ .Name }}={{ if match ${unsafe} .Value }}~{{ end }}{{ .Value | reReplaceAll ${unsafe} "." }}'`

/** A test message is about nothing. */
const isReal = `ne $worst.Labels.alertname ${quoted(names.testAlert)}`

/** A silence's filter within an address. Alertmanager's page reads a plus sign as one, not as a space. */
const filterQuery = {
  html: '{{ print "{" $filter "}" }}',
  text: '{{ $query := print "{" $filter "}" | urlquery }}{{ $query | reReplaceAll "[+]" "%20" }}',
} as const

/** Name of the action that opens the page. */
export const pageAction = 'Page'

/**
 * Where to look, what to do, and how to be left in peace. Where people can open no page, commands.
 * @param inHtml whether an address stands in an attribute, where Go's engine escapes it
 */
export function actions(config: Config, inHtml = false): Action[] {
  const page = pageFor(config)
  const { alertmanager, alertmanagerPage } = config.endpoints
  const look: Action =
    page === undefined
      ? {
          name: 'Look',
          text: `npx mnemoscope explain {{ $worst.Labels.alertname${safe} }}`,
          isLink: false,
          condition: isReal,
        }
      : {
          name: pageAction,
          text: `${page}/{{ if $worst.Labels.${kpi} }}?kpi={{ $worst.Labels.${kpi} | urlquery }}&job={{ $worst.Labels.${job} | urlquery }}{{ end }}`,
          isLink: true,
          condition: 'true',
        }
  const hasRunbook = page !== undefined || config.alerting.runbookBaseUrl !== undefined
  const runbook: Action = {
    name: 'Runbook',
    text: '{{ $worst.Annotations.runbook_url }}',
    isLink: true,
    condition: '$worst.Annotations.runbook_url',
  }
  const filter =
    '{{ $filter := "" }}{{ range .GroupLabels.SortedPairs }}{{ if $filter }}{{ $filter = print $filter "," }}{{ end }}' +
    '{{ $filter = printf "%s%s=%q" $filter .Name .Value }}{{ end }}'
  const silence: Action =
    alertmanagerPage === undefined
      ? {
          name: 'Silence',
          text:
            `amtool silence add{{ range .GroupLabels.SortedPairs }} ${matcher}{{ end }}` +
            ` --duration=2h --comment='seen' --alertmanager.url=${alertmanager}`,
          isLink: false,
          condition: `and (eq .Status "firing") (${isReal})`,
        }
      : {
          name: 'Silence',
          text: `${filter}${alertmanagerPage.replace(/\/+$/, '')}/#/silences/new?filter=${inHtml ? filterQuery.html : filterQuery.text}`,
          isLink: true,
          condition: `and (eq .Status "firing") (${isReal})`,
        }
  return [look, ...(hasRunbook ? [runbook] : []), silence]
}

/** The actions as lines of text. */
export function actionLines(config: Config, { name: medium, newLine }: Medium): string {
  return actions(config)
    .map(({ name, text, isLink, condition }) => {
      const link = medium === 'slack' ? `<${text}|${name}>` : `[${name}](${text})`
      const command = medium === 'slack' ? `${name}: ${text}` : `${name}: \`${text}\``
      const plain = `${name}: ${text}`
      const line = medium === 'text' ? plain : isLink ? link : command
      return `{{ if ${condition} }}${newLine}${line}{{ end }}`
    })
    .join('')
}
