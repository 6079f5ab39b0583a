import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SiteConfig } from '../../server-api/site-config';
import { showLanguage, t } from '../../shared/language/language.svelte';
import { wordsFor } from './complaints';
import { SignIn } from './sign-in.svelte';

const fetchMock = vi.fn<(address: string, init?: RequestInit) => Promise<Response>>();
const answer = (status: number, body: object, headers: Record<string, string> = {}) =>
  fetchMock.mockImplementation(() =>
    Promise.resolve(new Response(JSON.stringify(body), { status, headers })),
  );
const problem = (status: number, type: string, more: object = {}, headers: Record<string, string> = {}) =>
  answer(
    status,
    { type: `urn:openwebui:problem/${type}`, status, detail: `said: ${type}`, ...more },
    headers,
  );

function site(more: Partial<SiteConfig> = {}, access: Partial<SiteConfig['access']> = {}): SiteConfig {
  return {
    name: 'Site',
    version: '1',
    default_locale: '',
    hideUserApiKey: true,
    defaultModel: '',
    oauth: { providers: {} },
    features: { enable_login_form: true, enable_signup: true },
    access: { mode: 'accounts', granted: false, warning: null, min_password_characters: 8, ...access },
    ...more,
  };
}

function filled(entry: SignIn): SignIn {
  return Object.assign(entry, {
    name: 'Ada',
    email: ' ada@example.org ',
    user: 'ada',
    password: 'long enough',
  });
}

beforeAll(async () => {
  await showLanguage('en');
});
beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('fetch', fetchMock);
});
afterEach(() => {
  vi.useRealTimers();
  fetchMock.mockReset();
});

describe('SignIn', () => {
  it('begins with the admin account where there is none', () => {
    expect(new SignIn(site({ onboarding: true })).way).toBe('signUp');
  });

  it('makes the admin account by the form even where later ones sign in elsewhere', () => {
    const features = { enable_login_form: false, enable_signup: true };
    expect(new SignIn(site({ onboarding: true, features })).way).toBe('signUp');
    expect(new SignIn(site({ features })).hasForm).toBe(false);
  });

  it('offers no admin account where the environment makes it', () => {
    const features = { enable_login_form: true, enable_signup: false };
    const entry = new SignIn(site({ onboarding: true, features }));
    expect([entry.first, entry.way]).toEqual([false, 'signIn']);
  });

  it('asks for the code before the form, not after it was filled in', () => {
    const entry = new SignIn(site({ onboarding: true }, { needs_code: true }));
    expect(entry.askingCode).toBe(true);
    entry.codeRedeemed();
    expect([entry.askingCode, entry.way]).toEqual([false, 'signUp']);
  });

  it('needs no code to sign in', () => {
    const entry = new SignIn(site({}, { needs_code: true }));
    expect([entry.askingCode, entry.way]).toEqual([false, 'signIn']);
  });

  it('begins with the address of the session that ended', () => {
    expect(new SignIn(site(), 'ada@example.com').email).toBe('ada@example.com');
  });

  it('says what is missing at its field, and asks the server nothing', async () => {
    const entry = new SignIn(site());
    entry.chooseWay('signUp');
    const missing: unknown[] = [];
    for (const next of [{ name: 'Ada' }, { email: 'ada' }, { email: 'a@b' }, { password: 'short' }]) {
      await entry.submit();
      missing.push(entry.complaint?.field);
      Object.assign(entry, next);
    }
    await entry.submit();
    expect(missing).toEqual(['name', 'email', 'email', 'password']);
    expect(entry.complaint).toEqual({ field: 'password', text: t.field_password_short({ count: 8 }) });
    expect(fetchMock).not.toHaveBeenCalled();
  });

  it('signs in with a trimmed address and the password as it is', async () => {
    answer(200, { id: 'u', role: 'user' });
    const entry = filled(new SignIn(site()));
    entry.password = ' spaces ';
    expect(await entry.submit()).toBe(true);
    expect(fetchMock).toHaveBeenCalledWith(
      '/api/v1/auths/signin',
      expect.objectContaining({ body: '{"email":"ada@example.org","password":" spaces "}' }),
    );
  });

  it('does not say which of the two was wrong, and keeps both', async () => {
    problem(400, 'wrong_credentials');
    const entry = filled(new SignIn(site()));
    expect(await entry.submit()).toBe(false);
    expect(entry.complaint).toEqual({ field: 'password', text: t.signin_wrong() });
    expect(entry.password).toBe('long enough');
    entry.typed();
    expect(entry.complaint).toBeNull();
  });

  it('counts a lock down and opens again', async () => {
    problem(429, 'locked', {}, { 'retry-after': '30' });
    const entry = filled(new SignIn(site()));
    await entry.submit();
    expect(entry.trouble).toContain('30 s');
    expect(await entry.submit()).toBe(false);
    expect(fetchMock).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(30_000);
    expect(entry.locked).toBe(false);
    entry.dispose();
  });

  it('tells a crowd from too many attempts', async () => {
    problem(503, 'busy', {}, { 'retry-after': '1' });
    const entry = filled(new SignIn(site()));
    await entry.submit();
    expect(entry.trouble).toBe(t.signin_crowded({ time: '1 s' }));
    entry.dispose();
  });

  it('asks for the code when the directory knows a newcomer, and comes back', async () => {
    const entry = filled(new SignIn(site({ features: { enable_login_form: false, enable_ldap: true } })));
    expect(entry.way).toBe('directory');
    problem(403, 'code_required');
    await entry.submit();
    expect(entry.askingCode).toBe(true);
    entry.codeRedeemed();
    expect([entry.way, entry.user, entry.password]).toEqual(['directory', 'ada', 'long enough']);
  });

  it.each([
    [400, 'email_taken', { errors: { email: ['taken'] } }, 'email'],
    [400, 'invalid_password', { errors: { password: ['no'] } }, 'password'],
    [403, 'signup_closed', {}, null],
    [500, 'server_error', {}, null],
  ])('puts a %i %s at its field', async (status, type, more, field) => {
    problem(status, type, more);
    const entry = filled(new SignIn(site()));
    entry.way = 'signUp';
    await entry.submit();
    expect(entry.complaint?.field).toBe(field);
  });

  it('keeps everything when the server cannot be reached', async () => {
    fetchMock.mockRejectedValue(new TypeError('network'));
    const entry = filled(new SignIn(site()));
    await entry.submit();
    expect(entry.trouble).toBe(t.signin_unreachable());
    expect(entry.email).toContain('ada@');
  });
});

describe('wordsFor', () => {
  it('has words for a code that nobody knows, and never shows the code itself', () => {
    expect(wordsFor('<b>strange</b>')).toBe(t.oauth_failed());
    expect(wordsFor('domain_not_allowed')).toBe(t.domain_not_allowed());
  });
});
