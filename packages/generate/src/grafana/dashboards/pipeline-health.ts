import { type Config, names } from '@mnemoscope/kpi'
import { changeAnnotations } from '../annotations.js'
import { dashboard } from '../dashboard.js'
import { dashboardUid } from '../links.js'
import { deliveryPanels, notificationPanels } from '../panels/pipeline/delivery.js'
import { historyPanels } from '../panels/pipeline/history.js'
import { recorderPanels, recorderWorkPanels } from '../panels/pipeline/recorder.js'
import { rulePanels } from '../panels/pipeline/rules.js'
import { instrumentationPanels, targetPanels } from '../panels/pipeline/scraping.js'
import { postgres, prometheus } from '../provisioning.js'
import type { Dashboard } from '../schema.js'
import { dataSourceVariable, targetVariables, windowVariable } from '../variables.js'

/** Whether what the other dashboards show can be believed: every part of the pipeline watches itself. */
export function pipelineHealth(config: Config): Dashboard {
  const jobs = [...config.services.map(({ name }) => name), ...Object.values(names.pipelineJob)]
  return dashboard(config, {
    uid: dashboardUid.pipelineHealth,
    title: 'Mnemoscope · Pipeline health',
    description:
      'From scrape to stored row: targets, rules, notifications, the recorder and the history it keeps.',
    from: 'now-3h',
    ofPlaces: false,
    variables: [
      dataSourceVariable(prometheus),
      dataSourceVariable(postgres),
      ...targetVariables(jobs),
      windowVariable(),
    ],
    annotations: changeAnnotations(),
    sections: [
      { title: 'Targets', panels: targetPanels(config) },
      { title: 'Recorder', panels: recorderPanels(config) },
      { title: 'Work of the recorder', panels: recorderWorkPanels(config) },
      { title: 'History', panels: historyPanels(config) },
      { title: 'Rules', panels: rulePanels(config) },
      { title: 'Notifications', panels: [...notificationPanels(config), ...deliveryPanels(config)] },
      { title: 'Instrumentation', panels: instrumentationPanels(config) },
    ],
  })
}
