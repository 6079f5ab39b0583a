import type { Group } from '../../../server-api/groups';
import type { Setting } from '../../../server-api/site-settings';
import { ROLES, type Role } from '../../../server-api/users';
import { t } from '../admin-text';

type Option = { value: string; label: string };

/** What can be chosen; a value that is not among it stays choosable, so that opening the page changes nothing. */
export function optionsOf(setting: Setting, value: string, groups: Group[]): Option[] {
  const options = choices(setting, groups);
  return options.some((option) => option.value === value) ? options : [...options, { value, label: value }];
}

function choices({ key, options }: Setting, groups: Group[]): Option[] {
  if (key === 'default_user_role') {
    const names: Record<Role, string> = {
      pending: t.role_pending(),
      user: t.role_user(),
      admin: t.role_admin(),
    };
    return ROLES.map((role) => ({ value: role, label: names[role] }));
  }
  if (key === 'default_group_id')
    return [
      { value: '', label: t.set_no_group() },
      ...groups.map(({ id, name }) => ({ value: id, label: name })),
    ];
  if (key === 'default_locale')
    return [
      { value: '', label: t.set_locale_browser() },
      { value: 'en', label: 'English' },
      { value: 'zh-CN', label: '简体中文' },
    ];
  return (options ?? []).map((option) => ({ value: option, label: option }));
}
