import type { ConfigIssue } from './issues.js'
import type { Settings } from './schema.js'

type Plugins = Settings['plugins']

/**
 * The KPIs of plugins, overridden key by key by those of the configuration: what the configuration says of a
 * plugin's KPI changes it, as with a built-in one.
 */
export function withPluginKpis(plugins: Plugins, own: unknown): unknown {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return own
  // A map, so that an id such as __proto__ stays one, and is refused.
  const merged = new Map<string, unknown>(plugins.flatMap(({ kpis }) => Object.entries(kpis)))
  for (const [id, declaration] of Object.entries(own)) {
    const below = merged.get(id)
    merged.set(id, isObject(below) && isObject(declaration) ? { ...below, ...declaration } : declaration)
  }
  return Object.fromEntries(merged)
}

/** The configuration's handlers and those of its plugins, under `<plugin>.<handler>`. */
export function withPluginHandlers({ handlers, plugins }: Settings): Settings['handlers'] {
  const added = plugins.flatMap((plugin) =>
    Object.entries(plugin.handlers).map(([name, handler]) => [`${plugin.name}.${name}`, handler] as const),
  )
  return { ...handlers, ...Object.fromEntries(added) }
}

/** Plugins that are listed twice, or declare the same KPI. */
export function pluginIssues(plugins: Plugins): ConfigIssue[] {
  return plugins.flatMap(({ name, kpis }, i): ConfigIssue[] => {
    const earlier = plugins.slice(0, i)
    const issues: ConfigIssue[] = []
    if (earlier.some((plugin) => plugin.name === name)) {
      issues.push({ path: `plugins[${i}].name`, value: name, expected: 'each plugin once' })
    }
    for (const id of Object.keys(kpis)) {
      const other = earlier.find((plugin) => Object.hasOwn(plugin.kpis, id))
      if (other === undefined || other.name === name) continue
      const expected = `another id: the plugin "${other.name}" declares this KPI`
      issues.push({ path: `plugins[${i}].kpis.${id}`, value: id, expected })
    }
    return issues
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
