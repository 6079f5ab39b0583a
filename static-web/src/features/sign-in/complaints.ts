import type { Failure } from '../../server-api/failure';
import { t } from '../../shared/language/language.svelte';

export type FieldName = 'name' | 'email' | 'user' | 'password';

/** What is wrong, and with which field; null: with none of them. */
export interface Complaint {
  field: FieldName | null;
  text: string;
}

export interface PasswordRule {
  minCharacters: number;
}

const SIGN_IN_ERRORS = [
  'oauth_denied',
  'oauth_failed',
  'oauth_unavailable',
  'oauth_expired',
  'signup_closed',
  'code_required',
  'email_taken',
  'email_missing',
  'email_unverified',
  'domain_not_allowed',
  'role_not_allowed',
  'login_form_off',
] as const;

/** What a provider's sign-in came back with, in words; a code that is not known is a sign-in that failed. */
export function wordsFor(code: string): string {
  const known = SIGN_IN_ERRORS.find((each) => each === code);
  return known === undefined ? t.oauth_failed() : t[known]();
}

/** What can be said without asking the server; null when there is nothing. */
export function missingIn(
  way: 'signIn' | 'signUp' | 'directory',
  form: { name: string; email: string; user: string; password: string },
  rule: PasswordRule,
): Complaint | null {
  const fresh = way === 'signUp';
  if (fresh && form.name.trim() === '') return { field: 'name', text: t.field_name_empty() };
  if (way === 'directory') {
    if (form.user.trim() === '') return { field: 'user', text: t.field_user_empty() };
  } else {
    const email = form.email.trim();
    if (email === '') return { field: 'email', text: t.field_email_empty() };
    // The server knows better what an address is; this finds a name typed in its place.
    if (fresh && !/^[^\s@]+@[^\s@]+$/.test(email)) return { field: 'email', text: t.field_email_wrong() };
  }
  if (form.password === '') {
    return { field: 'password', text: fresh ? t.field_password_new_empty() : t.field_password_empty() };
  }
  if (fresh && form.password.length < rule.minCharacters) {
    return { field: 'password', text: t.field_password_short({ count: rule.minCharacters }) };
  }
  return null;
}

/** What the server said, at the field that it is about. */
export function complaintOf(failure: Failure, way: 'signIn' | 'signUp' | 'directory'): Complaint {
  const { status, type, message, errors } = failure;
  if (status === 0)
    return { field: null, text: navigator.onLine ? t.signin_unreachable() : t.signin_offline() };
  if (type === 'wrong_credentials' || (status === 400 && way !== 'signUp' && !errors)) {
    const text = way === 'directory' ? t.signin_wrong_directory() : t.signin_wrong();
    return { field: 'password', text };
  }
  if (type === 'invalid_email') return { field: 'email', text: t.field_email_wrong() };
  if (type === 'email_taken') return { field: 'email', text: t.field_email_taken() };
  if (type === 'signup_closed' || type === 'login_form_off') return { field: null, text: wordsFor(type) };
  if (status === 503 && way === 'directory') return { field: null, text: t.signin_directory_down() };
  const fields: FieldName[] = ['name', 'email', 'user', 'password'];
  for (const field of fields) {
    if (errors?.[field]) return { field, text: errors[field] };
  }
  const about = fields.find((field) => type.includes(field));
  if (about !== undefined && message !== '') return { field: about, text: message };
  return { field: null, text: t.signin_failed({ reason: message || String(status) }) };
}
