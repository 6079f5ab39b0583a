import { endOtherSessions, endSession, listSessions, type Session } from '../../server-api/account';

/** Where the account is signed in. */
export class Sessions {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  list = $state.raw<Session[]>([]);

  async load(): Promise<void> {
    const outcome = await listSessions();
    if ('value' in outcome) {
      // One's own first: it is the one that is looked for.
      this.list = outcome.value.toSorted((a, b) => Number(b.current) - Number(a.current));
      this.state = 'ready';
    } else this.state = 'failed';
  }

  /** Returns whether it has ended. */
  async end(session: Session): Promise<boolean> {
    const outcome = await endSession(session.id);
    if ('failure' in outcome && outcome.failure.status !== 404) return false;
    this.list = this.list.filter(({ id }) => id !== session.id);
    return true;
  }

  /** Returns whether all others have ended. */
  async endOthers(): Promise<boolean> {
    if ('failure' in (await endOtherSessions())) return false;
    this.list = this.list.filter(({ current }) => current);
    return true;
  }
}
