import { t } from '../admin-text';

export interface Words {
  label: string;
  help: string;
}

export type GroupId = 'site' | 'entry' | 'waiting' | 'keys' | 'models' | 'permissions' | 'other';

/** Which settings stand together, in the order in which they are shown. */
export const SETTING_GROUPS: { id: GroupId; keys: string[] }[] = [
  { id: 'site', keys: ['name', 'default_locale', 'banners'] },
  {
    id: 'entry',
    keys: ['enable_signup', 'enable_login_form', 'default_user_role', 'default_group_id', 'jwt_expires_in'],
  },
  {
    id: 'waiting',
    keys: ['pending_user_overlay_title', 'pending_user_overlay_content', 'show_admin_details', 'admin_email'],
  },
  {
    id: 'keys',
    keys: ['enable_api_keys', 'enable_api_keys_endpoint_restrictions', 'api_keys_allowed_endpoints'],
  },
  {
    id: 'models',
    keys: ['default_models', 'default_pinned_models', 'model_order_list', 'default_prompt_suggestions'],
  },
  { id: 'permissions', keys: ['permissions'] },
];

export function groupTitle(id: GroupId): string {
  return {
    site: t.settings_group_site(),
    entry: t.settings_group_entry(),
    waiting: t.settings_group_waiting(),
    keys: t.settings_group_keys(),
    models: t.settings_group_models(),
    permissions: t.settings_group_permissions(),
    other: t.settings_group_other(),
  }[id];
}

/** A setting in words; one that this page does not know goes by its key. */
export function wordsOfSetting(key: string): Words {
  const words: Record<string, () => Words> = {
    name: () => ({ label: t.set_name(), help: t.set_name_help() }),
    default_locale: () => ({ label: t.set_default_locale(), help: t.set_default_locale_help() }),
    banners: () => ({ label: t.set_banners(), help: t.set_banners_help() }),
    enable_signup: () => ({ label: t.set_enable_signup(), help: t.set_enable_signup_help() }),
    enable_login_form: () => ({ label: t.set_enable_login_form(), help: t.set_enable_login_form_help() }),
    default_user_role: () => ({ label: t.set_default_user_role(), help: t.set_default_user_role_help() }),
    default_group_id: () => ({ label: t.set_default_group(), help: t.set_default_group_help() }),
    jwt_expires_in: () => ({ label: t.set_jwt_expires_in(), help: t.set_jwt_expires_in_help() }),
    pending_user_overlay_title: () => ({ label: t.set_pending_title(), help: t.set_pending_title_help() }),
    pending_user_overlay_content: () => ({
      label: t.set_pending_content(),
      help: t.set_pending_content_help(),
    }),
    show_admin_details: () => ({ label: t.set_show_admin(), help: t.set_show_admin_help() }),
    admin_email: () => ({ label: t.set_admin_email(), help: t.set_admin_email_help() }),
    enable_api_keys: () => ({ label: t.set_api_keys(), help: t.set_api_keys_help() }),
    enable_api_keys_endpoint_restrictions: () => ({
      label: t.set_api_keys_restrict(),
      help: t.set_api_keys_restrict_help(),
    }),
    api_keys_allowed_endpoints: () => ({ label: t.set_api_keys_paths(), help: t.set_api_keys_paths_help() }),
    default_models: () => ({ label: t.set_default_models(), help: t.set_default_models_help() }),
    default_pinned_models: () => ({ label: t.set_pinned_models(), help: t.set_pinned_models_help() }),
    model_order_list: () => ({ label: t.set_model_order(), help: t.set_model_order_help() }),
    default_prompt_suggestions: () => ({ label: t.set_suggestions(), help: t.set_suggestions_help() }),
    permissions: () => ({ label: t.set_permissions(), help: t.set_permissions_help() }),
  };
  return words[key]?.() ?? { label: key, help: '' };
}
