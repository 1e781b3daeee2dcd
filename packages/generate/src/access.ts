/** How the parts of one run let each other in. Default: without passwords. */
export interface PartAccess {
  /** What Prometheus and Alertmanager ask for, of each other too. The file holds the password only. */
  readonly login?: { readonly username: string; readonly passwordFile: string } | undefined
  /** File with what Alertmanager sends to the recorder, if `alerting.recorderTokenFile` names no other. */
  readonly recorderTokenFile?: string | undefined
}
