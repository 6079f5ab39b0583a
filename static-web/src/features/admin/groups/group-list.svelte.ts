import {
  addMembers,
  createGroup,
  deleteGroup,
  listGroups,
  listMembers,
  readDefaultPermissions,
  removeMembers,
  updateGroup,
  type Group,
  type Member,
  type Permissions,
} from '../../../server-api/groups';
import type { Failure } from '../../../server-api/failure';
import { toasts } from '../../../shared/toasts/toasts.svelte';
import { t } from '../admin-text';

/** The groups of the site, and the members of the one that is open. */
export class GroupList {
  status = $state<'loading' | 'ready' | 'failed'>('loading');
  reason = $state('');
  groups = $state.raw<Group[]>([]);
  /** What everybody is allowed: it names every flag, and a group adds to it. */
  defaults = $state.raw<Permissions>({});
  members = $state.raw<Member[] | null>(null);
  #membersOf: string | null = null;

  async load(): Promise<void> {
    if (this.status === 'failed') this.status = 'loading';
    const [groups, defaults] = await Promise.all([listGroups(), readDefaultPermissions()]);
    if ('failure' in groups || 'failure' in defaults) {
      this.status = 'failed';
      this.reason = [groups, defaults]
        .map((one) => ('failure' in one ? one.failure.message : ''))
        .join(' ')
        .trim();
      return;
    }
    this.groups = groups.value;
    this.defaults = defaults.value;
    this.status = 'ready';
  }

  find(id: string | null): Group | null {
    return this.groups.find((group) => group.id === id) ?? null;
  }

  /** Returns the new group; null when it could not be made. */
  async create(name: string, description: string): Promise<Group | { failure: Failure }> {
    const outcome = await createGroup(name, description);
    if ('failure' in outcome) return outcome;
    this.groups = [...this.groups, outcome.value];
    return outcome.value;
  }

  /** Null when it is saved. */
  async describe(group: Group, name: string, description: string): Promise<Failure | null> {
    const outcome = await updateGroup({ ...group, name, description });
    if ('failure' in outcome) return outcome.failure;
    this.#replace({ ...group, name, description });
    return null;
  }

  /** Shown at once; taken back when the server refuses. */
  async allow(group: Group, section: string, flag: string, allowed: boolean): Promise<void> {
    const permissions = {
      ...group.permissions,
      [section]: { ...group.permissions?.[section], [flag]: allowed },
    };
    this.#replace({ ...group, permissions });
    const outcome = await updateGroup({ ...group, permissions });
    if ('value' in outcome) return;
    this.#complain(outcome.failure);
    const now = this.find(group.id);
    if (!now) return;
    const before = group.permissions?.[section]?.[flag] ?? false;
    this.#replace({
      ...now,
      permissions: { ...now.permissions, [section]: { ...now.permissions?.[section], [flag]: before } },
    });
  }

  async remove(group: Group): Promise<boolean> {
    const outcome = await deleteGroup(group.id);
    if ('failure' in outcome) {
      this.#complain(outcome.failure);
      return false;
    }
    this.groups = this.groups.filter(({ id }) => id !== group.id);
    toasts.show(t.groups_deleted({ name: group.name }));
    return true;
  }

  /** The members of the group that is open now; an answer for an older one is dropped. */
  async loadMembers(id: string): Promise<void> {
    if (this.#membersOf !== id) this.members = null;
    this.#membersOf = id;
    const outcome = await listMembers(id);
    if (this.#membersOf !== id) return;
    if ('failure' in outcome) {
      this.#complain(outcome.failure);
      this.members ??= [];
    } else this.members = outcome.value.toSorted((a, b) => a.name.localeCompare(b.name));
  }

  async add(group: Group, member: Member): Promise<void> {
    await this.#move(group, member, true);
  }

  async drop(group: Group, member: Member): Promise<void> {
    if (!(await this.#move(group, member, false))) return;
    toasts.show(t.groups_dropped({ name: member.name, group: group.name }), {
      label: t.undo(),
      run: () => void this.#move(this.find(group.id) ?? group, member, true),
    });
  }

  async #move(group: Group, member: Member, joins: boolean): Promise<boolean> {
    const outcome = joins
      ? await addMembers(group.id, [member.id])
      : await removeMembers(group.id, [member.id]);
    if ('failure' in outcome) {
      this.#complain(outcome.failure);
      return false;
    }
    const others = (this.members ?? []).filter(({ id }) => id !== member.id);
    if (this.#membersOf === group.id)
      this.members = joins ? [...others, member].sort((a, b) => a.name.localeCompare(b.name)) : others;
    const now = this.find(group.id) ?? group;
    this.#replace({ ...now, member_count: Math.max(0, now.member_count + (joins ? 1 : -1)) });
    return true;
  }

  #replace(group: Group): void {
    this.groups = this.groups.map((old) => (old.id === group.id ? group : old));
  }

  #complain(failure: Failure): void {
    toasts.show(t.groups_failed({ reason: failure.message || t.answer_network() }));
  }
}
