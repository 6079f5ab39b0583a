/**
 * Keeps the page above the on-screen keyboard where the browser does not do it itself (Safari knows no
 * interactive-widget): the height of what can be seen becomes --visible-height.
 */
export function followVisualViewport(): void {
  const viewport = window.visualViewport;
  if (!viewport) return;
  viewport.addEventListener('resize', () => {
    // Pinch zoom shrinks it too; that must not reflow the page.
    const keyboard = viewport.scale === 1 && viewport.height < window.innerHeight - 80;
    document.documentElement.style.setProperty(
      '--visible-height',
      keyboard ? `${viewport.height}px` : '100dvh',
    );
    if (keyboard) window.scrollTo(0, 0);
  });
}
