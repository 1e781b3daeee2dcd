import type { Config } from '@mnemoscope/kpi'
import { parse } from 'yaml'
import { yamlFile } from '../generated-file.js'
import { recorderJob, scrapeTiming, serviceJob } from '../prometheus-config.js'
import { additionsNote, alertmanagerAdditions, checkedAlertmanager } from './alertmanager-additions.js'

const scrapeFolder = 'prometheus/scrape'
const additionsPath = 'alertmanager/additions.yml'

/**
 * Files for a Prometheus and an Alertmanager that somebody runs already: a file for each scrape job, so that he can leave
 * out what he scrapes already, and what he adds to his alertmanager.yml. Nothing of it owns a server.
 */
export function existingFiles(config: Config): [path: string, text: string][] {
  const timing = scrapeTiming(config)
  const jobs = [...config.services.map((each) => serviceJob(each, config)), recorderJob(config)]
  return [
    ...jobs.map(({ job_name, ...job }): [string, string] => [
      `${scrapeFolder}/${job_name}.yml`,
      yamlFile({ scrape_configs: [{ job_name, ...timing, ...job }] }),
    ]),
    [additionsPath, yamlFile(alertmanagerAdditions(config), additionsNote)],
  ]
}

/**
 * Configurations that have nothing but these files, as promtool and amtool can check them.
 * @param files of `generate` for existing servers
 */
export function checkedServers(files: ReadonlyMap<string, string>): Map<string, string> {
  const jobs = [...files].filter(([path]) => path.startsWith(`${scrapeFolder}/`))
  return new Map([
    [
      'prometheus/prometheus.yml',
      yamlFile({
        rule_files: ['rules/*.yml'],
        scrape_configs: jobs.flatMap(([, text]) => parse(text).scrape_configs as object[]),
      }),
    ],
    ['alertmanager/alertmanager.yml', yamlFile(checkedAlertmanager(parse(files.get(additionsPath) ?? '')))],
  ])
}
