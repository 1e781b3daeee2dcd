import * as z from 'zod'
import { type AsJson, type ConfigMeaning, configMeaning } from './config-meaning.js'
import type { Config } from './define-config.js'
import { customKpiSchema, settingsSchema } from './schema.js'
import { masked, secretPaths, secretTexts } from './secrets.js'

/** Every setting, those of KPIs as they are after their defaults were added. */
const configSchema = settingsSchema.extend({
  kpis: z.record(z.string(), customKpiSchema.extend({ id: z.string() })),
})

/**
 * A configuration as everybody may read it: secrets are `***`, of addresses the user, the password and the query. Of a
 * text that was made by this function, it changes nothing more.
 * @param config a `Config`, or its meaning
 */
export function shownConfig<Given extends object>(config: Given): AsJson<Omit<Given, 'declared'>> {
  return masked(configMeaning(config), configSchema) as AsJson<Omit<Given, 'declared'>>
}

/** Every secret text of a configuration, to find and remove it from what others wrote. */
export function secretsOf(config: Config | ConfigMeaning): string[] {
  return secretTexts(configMeaning(config), configSchema)
}

/** Every setting that others may not read, such as `handlers.*.webhook`, with its kind. */
export function secretSettings() {
  return secretPaths(configSchema)
}
