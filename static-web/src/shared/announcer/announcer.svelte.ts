/** The page's one polite live region for screen readers; Announcer.svelte draws it. */
class Announcer {
  message = $state('');

  /** Speaks a message when the reader's screen reader is idle. The same text twice is spoken twice. */
  say(message: string): void {
    this.message = this.message === message ? `${message}\u00a0` : message;
  }
}

export const announcer = new Announcer();
