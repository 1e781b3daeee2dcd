/** Types of the page's modules that are tested by themselves: the page is JavaScript, read by browsers as it is. */

declare module '*/page/address.js' {
  export function readAddress(search: string): Readonly<Record<string, unknown>>
  export function scopeQuery(address: Readonly<Record<string, unknown>>): string
}

declare module '*/page/ask.js' {
  export function ask(path: string): Promise<unknown>
}

declare module '*/page/chart-data.js' {
  interface Line {
    readonly service: string
    readonly model: string
    readonly context_size: string
    readonly points: readonly (readonly number[])[]
  }
  export function chartColumns(
    chart: { readonly series: readonly Line[] },
    charts: { readonly step_seconds: number },
  ): (number | null)[][]
  export function chartColours(charts: {
    readonly kpis: Readonly<Record<string, { readonly series: readonly Line[] }>>
  }): Map<string, { readonly colour: string; readonly dash: readonly number[] }>
}

declare module '*/page/chart-range.js' {
  export function chartRange(
    kpi: { readonly direction: string; readonly unit: string },
    thresholds: Readonly<Record<string, number>>,
    least: number | null,
    greatest: number | null,
  ): [number, number]
}

declare module '*/page/format.js' {
  export function formatValue(value: number | null | undefined, unit: string): string
  export function formatRound(value: number, unit: string): string
  export function formatChange(before: number, after: number): string
  export function formatContext(size: string): string
}
