import { unitInWords } from '@mnemoscope/kpi'

/** Prometheus template that shows an alert's value in a KPI's unit: `{{ $value | humanizeDuration }}`. */
export function humanized(unit: string): string {
  switch (unit) {
    case 's':
      return '{{ $value | humanizeDuration }}'
    case 'By':
      return '{{ $value | humanize1024 }}B'
    case '1':
      return '{{ printf "%.3f" $value }}'
    default:
      return `{{ $value | humanize }} ${unitInWords(unit)}`
  }
}

/** Text of the configuration's that a Prometheus template shows as it is, whatever braces are in it. */
export function literally(text: string): string {
  return text.replaceAll('{{', '{{"{{"}}')
}
