import type { Connection, Kind, StepName } from '../../../server-api/connections';
import { language } from '../../../shared/language/language.svelte';
import { t } from './connection-text';

export const kindName = (kind: Kind): string =>
  ({ openai: t.kind_openai(), azure: 'Azure OpenAI', ollama: 'Ollama', anthropic: 'Anthropic' })[kind];

export const stepName = (step: StepName): string =>
  ({
    url: t.step_url(),
    dns: t.step_dns(),
    tcp: t.step_tcp(),
    tls: t.step_tls(),
    http: t.step_http(),
    route: t.step_route(),
    auth: t.step_auth(),
    models: t.step_models(),
  })[step];

export const modelCount = (count: number): string =>
  count === 1 ? t.models_one() : t.models_count({ count });

/** The state in words; a server's reason stands behind it. @param kindOn The whole kind is switched on. */
export function stateWords({ enabled, status }: Connection, kindOn: boolean): string {
  if (!enabled) return t.state_off();
  if (!kindOn) return t.state_kind_off();
  const reason = status.reason ?? '';
  switch (status.state) {
    case 'ok':
      return t.state_ok();
    case 'down':
      return reason ? t.state_down_reason({ reason }) : t.state_down();
    case 'cooling': {
      if (status.cools_until === null) return t.state_cooling({ reason });
      const time = new Intl.DateTimeFormat(language.locale, { timeStyle: 'medium' });
      return t.state_cooling_until({ time: time.format(status.cools_until * 1000), reason });
    }
    case 'pending':
      return t.state_pending();
    case 'off':
      return t.state_off();
  }
}

/** What the doctor found, in a few words; empty for a finding that is newer than this page. */
export const findingTitle = (code: string): string =>
  (t as unknown as Record<string, (() => string) | undefined>)[`finding_${code}`]?.() ?? '';

export const milliseconds = (ms: number): string =>
  ms < 10
    ? `${Number(ms.toFixed(1))} ms`
    : ms < 10_000
      ? `${Math.round(ms)} ms`
      : `${(ms / 1000).toFixed(1)} s`;

/** A field by the name that the form gives it. */
export function fieldName(field: string): string {
  const names: Record<string, string> = {
    name: t.connection_name(),
    kind: t.field_kind(),
    base_url: t.field_base_url(),
    auth: t.field_auth(),
    api_version: t.field_api_version(),
    deployments: t.field_deployments(),
    organization: t.field_organization(),
    prefix_id: t.field_prefix(),
    model_ids: t.field_models(),
  };
  return names[field] ?? field;
}
