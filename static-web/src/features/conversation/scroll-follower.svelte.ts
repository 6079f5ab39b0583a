/**
 * Follows the end of a growing scroller. Only the reader's own gesture ends the following (wheel, touch, keys, the
 * scroll bar, Tab to something further up), and only the reader's own scroll to the end, or jump(), resumes it.
 * Distance alone never decides: a layout jump would end it silently.
 */
export class ScrollFollower {
  following = $state(true);
  #element: HTMLElement | null = null;
  #gestureUntil = 0;
  #gestureUpwards = false;
  #dragging = false;
  #focusedUntil = 0;
  #touchY = 0;
  #lastTop = 0;

  /** A Svelte attachment for the scroller; its first child is watched for growth. */
  readonly attach = (element: HTMLElement): (() => void) => {
    this.#element = element;
    const listeners = new AbortController();
    const options = { signal: listeners.signal, passive: true };
    element.addEventListener('wheel', (event) => this.#gesture(event.deltaY < 0), options);
    element.addEventListener(
      'touchstart',
      (event) => (this.#touchY = event.touches[0]?.clientY ?? 0),
      options,
    );
    element.addEventListener('touchmove', (event) => this.#touch(event), options);
    element.addEventListener('keydown', (event) => this.#key(event), options);
    element.addEventListener('focusin', () => (this.#focusedUntil = performance.now() + 100), options);
    element.addEventListener('pointerdown', (event) => (this.#dragging = event.target === element), options);
    window.addEventListener('pointerup', () => (this.#dragging = false), options);
    element.addEventListener('scroll', () => this.#scrolled(element), options);
    const growth = new ResizeObserver(() => this.stick());
    growth.observe(element);
    if (element.firstElementChild) growth.observe(element.firstElementChild);
    return () => {
      listeners.abort();
      growth.disconnect();
      this.#element = null;
    };
  };

  /** To the end, if following. Who writes in the conversation keeps the field in sight. */
  stick(): void {
    if (!this.following || !this.#element) return;
    const focused = document.activeElement;
    if (focused instanceof HTMLTextAreaElement && this.#element.contains(focused)) return;
    this.#element.scrollTop = this.#element.scrollHeight;
  }

  /** To the end, and follow from now on. */
  jump(): void {
    this.following = true;
    this.stick();
  }

  /** Changes what is shown while an element stays where the reader sees it; `after` may be another one than `before`. */
  async keepPlace(before: Element | null, change: () => Promise<Element | null | void>): Promise<void> {
    const scroller = this.#element;
    const top = before?.getBoundingClientRect().top;
    this.following = false;
    const after = (await change()) ?? before;
    if (!scroller || top === undefined || !after?.isConnected) return;
    scroller.scrollTop += after.getBoundingClientRect().top - top;
    this.#lastTop = scroller.scrollTop;
  }

  /** Follows again when the end is in sight: after a change that was no scrolling. */
  settle(): void {
    const element = this.#element;
    if (element && element.scrollHeight - element.clientHeight - element.scrollTop < 24)
      this.following = true;
  }

  #gesture(upwards: boolean): void {
    this.#gestureUntil = performance.now() + 400;
    this.#gestureUpwards = upwards;
    // Not scrollTop > 0: a passive listener may hear of the gesture when it has already reached the top.
    const element = this.#element;
    if (upwards && element && element.scrollHeight > element.clientHeight) this.following = false;
  }

  #touch(event: TouchEvent): void {
    const y = event.touches[0]?.clientY ?? 0;
    if (Math.abs(y - this.#touchY) < 4) return;
    this.#gesture(y > this.#touchY);
    // A flick goes on after the finger has left.
    this.#gestureUntil = performance.now() + 1500;
    this.#touchY = y;
  }

  #key(event: KeyboardEvent): void {
    const upwards =
      ['PageUp', 'ArrowUp', 'Home'].includes(event.key) || (event.key === ' ' && event.shiftKey);
    const downwards = ['PageDown', 'ArrowDown', 'End', ' '].includes(event.key);
    if (upwards || downwards) this.#gesture(upwards);
  }

  #scrolled(element: HTMLElement): void {
    const upwards = element.scrollTop < this.#lastTop;
    this.#lastTop = element.scrollTop;
    const toEnd = element.scrollHeight - element.clientHeight - element.scrollTop;
    const byFocus = performance.now() < this.#focusedUntil && toEnd >= 24;
    if ((this.#dragging || byFocus) && upwards) this.following = false;
    // The scroll event of our own last step may come after the reader's first upward one: that resumes nothing.
    if (!this.#dragging && (this.#gestureUpwards || performance.now() > this.#gestureUntil)) return;
    if (!upwards && toEnd < 24) this.following = true;
  }
}
