import { signIn, signInByDirectory, signUp } from '../../server-api/auth';
import type { SiteConfig } from '../../server-api/site-config';
import { Countdown } from '../../shared/countdown/countdown.svelte';
import { showDuration } from '../../shared/language/duration';
import { t } from '../../shared/language/language.svelte';
import { complaintOf, missingIn, type Complaint } from './complaints';

export type Way = 'signIn' | 'signUp' | 'directory';
const DEFAULT_LOCK_MS = 30_000;
const DEFAULT_BUSY_MS = 1000;
const DEFAULT_MIN_CHARACTERS = 8;

/** The way to an account, apart from its looks: what is asked for, what was wrong, how long to wait. */
export class SignIn {
  way = $state<Way>('signIn');
  /** The access code is asked for first. */
  askingCode = $state(false);
  /** A code that was just redeemed. */
  codeTaken = $state(false);
  busy = $state(false);
  complaint = $state.raw<Complaint | null>(null);
  /** Kept from one way to the next. */
  name = $state('');
  email = $state('');
  user = $state('');
  password = $state('');
  readonly #lock = new Countdown();
  #crowded = $state(false);
  readonly #site: SiteConfig;
  /** Where the code step leads to. */
  #after: Way = 'signIn';

  /** @param email What the field begins with. */
  constructor(site: SiteConfig, email = '') {
    this.#site = site;
    this.email = email;
    if (this.first && this.hasForm) this.chooseWay('signUp');
    else if (!this.hasForm && this.hasDirectory) this.way = 'directory';
    else if (this.first && this.needsCode) this.askingCode = true;
  }

  /** There is no account yet, and this page may make it. */
  get first(): boolean {
    const { enable_signup: form, enable_login_form: password } = this.#site.features;
    return this.#site.onboarding === true && (form === true || password === false);
  }

  /** With e-mail address and password. The first account may be made that way even where later ones may not. */
  get hasForm(): boolean {
    const { enable_signup: form, enable_login_form: password } = this.#site.features;
    return password !== false || (this.#site.onboarding === true && form === true);
  }

  get hasDirectory(): boolean {
    return this.#site.features.enable_ldap === true;
  }

  get mayMakeAccount(): boolean {
    return this.hasForm && this.#site.features.enable_signup === true;
  }

  get providers(): { id: string; name: string }[] {
    return Object.entries(this.#site.oauth?.providers ?? {}).map(([id, name]) => ({ id, name: name || id }));
  }

  get needsCode(): boolean {
    return this.#site.access.needs_code === true && !this.codeTaken;
  }

  get minCharacters(): number {
    return this.#site.access.min_password_characters ?? DEFAULT_MIN_CHARACTERS;
  }

  get passwordRule(): string {
    return this.#site.access.password_hint || t.password_rule({ count: this.minCharacters });
  }

  get locked(): boolean {
    return this.#lock.remainingMs > 0;
  }

  /** What stands above the button; empty while all is well. */
  get trouble(): string {
    if (this.locked) {
      const time = showDuration(this.#lock.remainingMs);
      return this.#crowded ? t.signin_crowded({ time }) : t.signin_locked({ time });
    }
    return this.complaint?.field === null ? this.complaint.text : '';
  }

  /** Newcomers are asked for the code before the form, so that nobody fills it in for nothing. */
  chooseWay(way: Way): void {
    this.complaint = null;
    this.password = '';
    if (way === 'signUp' && this.needsCode) this.askCode('signUp');
    else this.way = way;
  }

  /** @param after Where to go on with the code. */
  askCode(after: Way = this.way): void {
    this.complaint = null;
    this.#after = after;
    this.askingCode = true;
  }

  codeRedeemed(): void {
    this.codeTaken = true;
    this.askingCode = false;
    this.way = this.#after;
  }

  leaveCode(): void {
    this.askingCode = false;
    if (this.way === 'signUp') this.way = 'signIn';
  }

  /** The reader types: an old complaint about this no longer holds. */
  typed(): void {
    this.complaint = null;
  }

  /** Returns whether the account is signed in now. */
  async submit(): Promise<boolean> {
    if (this.busy || this.locked) return false;
    this.complaint = missingIn(this.way, this, { minCharacters: this.minCharacters });
    if (this.complaint !== null) return false;
    this.busy = true;
    const outcome = await this.#send();
    this.busy = false;
    if ('value' in outcome) return true;
    const { failure } = outcome;
    // Busy is the whole site, for a second; locked is this address or this account.
    this.#crowded = failure.type === 'busy';
    if (failure.status === 429 || this.#crowded) {
      this.#lock.start(failure.retryAfter ?? (this.#crowded ? DEFAULT_BUSY_MS : DEFAULT_LOCK_MS), () => {});
    } else if (failure.type === 'code_required') {
      this.codeTaken = false;
      this.askCode();
    } else this.complaint = complaintOf(failure, this.way);
    return false;
  }

  dispose(): void {
    this.#lock.dispose();
  }

  #send() {
    const { password } = this;
    const email = this.email.trim();
    if (this.way === 'directory') return signInByDirectory({ user: this.user.trim(), password });
    return this.way === 'signUp'
      ? signUp({ name: this.name.trim(), email, password })
      : signIn({ email, password });
  }
}
