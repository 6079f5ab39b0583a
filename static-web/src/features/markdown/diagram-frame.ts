import type { DiagramJob, DiagramLook, DiagramNews } from '../../frames/frame-messages';
import { showDuration } from '../../shared/language/duration';
import { t } from './block-text';

export type Drawing =
  | { kind: 'drawn'; svg: string; address: string; width: number; height: number }
  /** A function, because it follows the language. */
  | { kind: 'failed'; reason: () => string };

/** A diagram that takes longer is given up: it may never end. */
const MAX_DRAWING_MS = 10_000;
const MAX_LOADING_MS = 30_000;
/** The frame goes when nothing was drawn for so long; it holds some 20 MB. */
const IDLE_MS = 60_000;
const MOST_KEPT = 60;

/*
 * One frame draws all diagrams, one after another: sandboxed without allow-same-origin, so what runs in it can reach
 * neither the page nor its cookies, and its policy lets it load nothing but its own scripts. What it sends is shown as
 * an image. Where drawing hangs, the frame is thrown away and the next diagram gets a new one.
 */
let frame: Promise<HTMLIFrameElement> | null = null;
let idle: ReturnType<typeof setTimeout> | undefined;
let queue: Promise<unknown> = Promise.resolve();
let lastId = 0;
const kept = new Map<string, Drawing>();

/** Draws Mermaid source in the page's colours. What was drawn lately comes from memory: a message that is shown again does not flicker. */
export function drawDiagram(source: string, theme: 'light' | 'dark'): Promise<Drawing> {
  const key = `${theme} ${source}`;
  const known = kept.get(key);
  if (known !== undefined) return Promise.resolve(known);
  const drawing = queue.then(() => kept.get(key) ?? draw(source, theme));
  queue = drawing;
  return drawing.then((result) => {
    if (result.kind === 'drawn') kept.set(key, result);
    for (const [oldest] of kept) if (kept.size > MOST_KEPT) kept.delete(oldest);
    return result;
  });
}

async function draw(source: string, theme: 'light' | 'dark'): Promise<Drawing> {
  clearTimeout(idle);
  const shown = await (frame ??= openFrame()).catch(() => null);
  if (shown?.contentWindow == null) {
    dropFrame();
    return { kind: 'failed', reason: () => t.diagram_unreachable() };
  }
  const id = ++lastId;
  const job: DiagramJob = { id, source, look: currentLook(theme) };
  shown.contentWindow.postMessage(job, '*');
  const news = await heard(shown, (each) => each.kind !== 'ready' && each.id === id, MAX_DRAWING_MS);
  idle = setTimeout(dropFrame, IDLE_MS);
  if (news === null) {
    dropFrame();
    return { kind: 'failed', reason: () => t.diagram_slow({ time: showDuration(MAX_DRAWING_MS) }) };
  }
  if (news.kind !== 'drawn') {
    const reason = news.kind === 'failed' ? readable(news.reason) : '';
    return { kind: 'failed', reason: () => reason };
  }
  const { svg, width, height } = news;
  return { kind: 'drawn', svg, address: `data:image/svg+xml,${encodeURIComponent(svg)}`, width, height };
}

/** Where and what; without the list of everything that the grammar would have taken there. */
function readable(reason: string): string {
  return (reason.split(/\n?Expecting /)[0] ?? '').slice(0, 400).trim();
}

async function openFrame(): Promise<HTMLIFrameElement> {
  const opened = document.createElement('iframe');
  opened.setAttribute('sandbox', 'allow-scripts');
  opened.setAttribute('aria-hidden', 'true');
  opened.tabIndex = -1;
  opened.className = 'diagram-frame';
  opened.src = '/frames/diagram.html';
  document.body.append(opened);
  if ((await heard(opened, ({ kind }) => kind === 'ready', MAX_LOADING_MS)) === null)
    throw new Error('The frame does not answer.');
  return opened;
}

function dropFrame(): void {
  clearTimeout(idle);
  frame = null;
  document.querySelector('.diagram-frame')?.remove();
}

/** The next word of a frame that is waited for; null: it did not come in time. */
function heard(
  from: HTMLIFrameElement,
  wanted: (news: DiagramNews) => boolean,
  maxMs: number,
): Promise<DiagramNews | null> {
  return new Promise((resolve) => {
    const listen = ({ source, data }: MessageEvent<DiagramNews>) => {
      if (source === from.contentWindow && wanted(data)) end(data);
    };
    const timer = setTimeout(() => end(null), maxMs);
    const end = (news: DiagramNews | null) => {
      clearTimeout(timer);
      removeEventListener('message', listen);
      resolve(news);
    };
    addEventListener('message', listen);
  });
}

function currentLook(theme: 'light' | 'dark'): DiagramLook {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    dark: theme === 'dark',
    font: token('--font').replace(/\s+/g, ' '),
    paper: token('--surface'),
    ink: token('--ink'),
    line: token('--line-strong'),
    soft: token('--accent-soft'),
    edge: token('--accent-line'),
    note: token('--warn-soft'),
    noteEdge: token('--warn-line'),
  };
}
