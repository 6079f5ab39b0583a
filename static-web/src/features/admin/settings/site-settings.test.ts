import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { showLanguage } from '../../../shared/language/language.svelte';
import { ready } from '../admin-text';
import { SiteSettings } from './site-settings.svelte';

let version: string;
let values: Record<string, unknown>;
let locks: Record<string, string>;
let refusal: { status: number; body: object } | null;
let sent: unknown[];

const answer = () => ({
  version,
  settings: Object.entries({ name: 'OpenWebUi', enable_signup: true, banners: [] }).map(
    ([key, fallback]) => ({
      key,
      type: 'text',
      value: values[key] ?? fallback,
      default: fallback,
      locked_by: locks[key] ?? null,
    }),
  ),
});

beforeEach(async () => {
  await showLanguage('en');
  await ready();
  sessionStorage.clear();
  version = 'one';
  values = { name: 'Lighthouse' };
  locks = {};
  refusal = null;
  sent = [];
  vi.stubGlobal('fetch', (_url: string, init: RequestInit = {}) => {
    const json = (body: unknown, status = 200) =>
      Promise.resolve(new Response(JSON.stringify(body), { status }));
    if (init.method !== 'POST') return json(answer());
    const body = JSON.parse(String(init.body)) as { version: string; changes: Record<string, unknown> };
    sent.push(body);
    if (refusal) return json(refusal.body, refusal.status);
    if (body.version !== version) return json({ detail: 'Somebody else saved.' }, 412);
    for (const [key, value] of Object.entries(body.changes)) values[key] = value ?? undefined;
    version += '+';
    return json(answer());
  });
});
afterEach(() => vi.unstubAllGlobals());

async function loaded(): Promise<SiteSettings> {
  const settings = new SiteSettings();
  await settings.load();
  return settings;
}

function find(settings: SiteSettings, key: string) {
  const setting = settings.settings.find((one) => one.key === key);
  if (!setting) throw new Error(key);
  return setting;
}

describe('SiteSettings', () => {
  it('saves only what was changed, and knows what holds then', async () => {
    const settings = await loaded();
    settings.change(find(settings, 'enable_signup'), false);
    expect(await settings.save()).toBe(true);
    expect(sent).toEqual([{ version: 'one', changes: { enable_signup: false } }]);
    expect(settings.dirty).toBe(false);
    expect(find(settings, 'enable_signup').value).toBe(false);
  });

  it('has nothing to save when a change is taken back', async () => {
    const settings = await loaded();
    settings.change(find(settings, 'name'), 'Other');
    expect(settings.dirty).toBe(true);
    settings.change(find(settings, 'name'), 'Lighthouse');
    expect(settings.dirty).toBe(false);
  });

  it('goes back to a default by sending null', async () => {
    const settings = await loaded();
    settings.reset(find(settings, 'name'));
    expect(settings.valueOf(find(settings, 'name'))).toBe('OpenWebUi');
    await settings.save();
    expect(sent).toEqual([{ version: 'one', changes: { name: null } }]);
  });

  it('keeps changes over a reload of the tab, until they are discarded', async () => {
    const before = await loaded();
    before.change(find(before, 'name'), 'Mine');
    const after = await loaded();
    expect(after.valueOf(find(after, 'name'))).toBe('Mine');
    expect(after.conflict).toBe(false);
    after.discard();
    expect((await loaded()).dirty).toBe(false);
  });

  it('says so when somebody else saved, shows theirs under the own changes, and saves these when told again', async () => {
    const settings = await loaded();
    settings.change(find(settings, 'name'), 'Mine');
    values['enable_signup'] = false;
    version = 'two';
    expect(await settings.save()).toBe(false);
    expect(settings.conflict).toBe(true);
    expect(find(settings, 'enable_signup').value).toBe(false);
    expect(settings.valueOf(find(settings, 'name'))).toBe('Mine');
    expect(await settings.save()).toBe(true);
    expect(settings.conflict).toBe(false);
    expect(values['name']).toBe('Mine');
  });

  it('shows what is wrong with a value after a conflict, and no conflict any more', async () => {
    const settings = await loaded();
    settings.change(find(settings, 'name'), 'Mine');
    version = 'two';
    await settings.save();
    refusal = { status: 422, body: { detail: 'Check the fields.' } };
    await settings.save();
    expect([settings.conflict, settings.complaint]).toEqual([false, 'Check the fields.']);
  });

  it('says so when a kept change comes back to newer settings', async () => {
    const before = await loaded();
    before.change(find(before, 'name'), 'Mine');
    version = 'two';
    expect((await loaded()).conflict).toBe(true);
  });

  it('puts what the server finds wrong to its setting, until that is changed', async () => {
    refusal = { status: 422, body: { detail: 'Check the fields.', errors: { name: ['Too long.'] } } };
    const settings = await loaded();
    settings.change(find(settings, 'name'), 'x'.repeat(99));
    expect(await settings.save()).toBe(false);
    expect(settings.errors).toEqual({ name: 'Too long.' });
    expect(settings.complaint).toBe('Check the fields.');
    settings.change(find(settings, 'name'), 'x');
    expect(settings.errors).toEqual({});
  });

  it('drops a change of a setting that the environment fixes by now', async () => {
    const settings = await loaded();
    settings.change(find(settings, 'name'), 'Mine');
    locks = { name: 'WEBUI_NAME' };
    await settings.load();
    expect(settings.dirty).toBe(false);
  });
});
