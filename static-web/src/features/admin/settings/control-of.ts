import type { Setting } from '../../../server-api/site-settings';

export type Control =
  | 'switch'
  | 'text'
  | 'long'
  | 'lines'
  | 'select'
  | 'duration'
  | 'banners'
  | 'suggestions'
  | 'permissions'
  | 'json';

/** Settings whose control is more than their type tells. */
const BY_KEY: Record<string, Control> = {
  default_locale: 'select',
  default_user_role: 'select',
  default_group_id: 'select',
  jwt_expires_in: 'duration',
  pending_user_overlay_content: 'long',
  banners: 'banners',
  default_prompt_suggestions: 'suggestions',
  permissions: 'permissions',
};

/** How a setting is changed; a kind that this page does not know is written as JSON. */
export function controlOf({ key, value, default: fallback, options }: Setting): Control {
  const known = BY_KEY[key];
  if (known !== undefined) return known;
  if (options !== undefined) return 'select';
  const sample = value ?? fallback;
  if (typeof sample === 'boolean') return 'switch';
  if (typeof sample === 'string' || sample === null || sample === undefined) return 'text';
  return Array.isArray(sample) && sample.every((one) => typeof one === 'string') ? 'lines' : 'json';
}

/** Whether the control stands below the words rather than beside them. */
export const isWide = (control: Control): boolean =>
  ['banners', 'suggestions', 'permissions', 'json'].includes(control);
