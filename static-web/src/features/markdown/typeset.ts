import { sanitiseTypeset } from './sanitise';
import workerUrl from './typeset-worker?worker&url';

export type TypesetJob = { id: number } & (
  { kind: 'code'; text: string; lang: string } | { kind: 'math'; text: string; display: boolean }
);
export interface TypesetAnswer {
  id: number;
  /** Null: not a known language, or not TeX that KaTeX reads. The source stays. */
  html: string | null;
}

/** A longer block is shown plain: colours are not worth a second of work. */
const MAX_CODE_CHARS = 60_000;

let worker: Worker | null = null;
let lastId = 0;
const waiting = new Map<number, (html: string | null) => void>();

/** The page's one worker, started with the first closed code block or formula. */
function startWorker(): Worker {
  const started = new Worker(scriptUrl(workerUrl), { type: 'module' });
  started.onmessage = ({ data }: MessageEvent<TypesetAnswer>) => settle(data.id, data.html);
  started.onerror = () => [...waiting.keys()].forEach((id) => settle(id, null));
  return started;
}

/** Trusted Types want a TrustedScriptURL here; this policy knows exactly one. */
function scriptUrl(url: string): string {
  const policy = window.trustedTypes?.createPolicy('worker-url', {
    createScriptURL: (asked) => {
      if (asked !== workerUrl) throw new TypeError('not the typesetting worker');
      return asked;
    },
  });
  return (policy?.createScriptURL(url) as unknown as string | undefined) ?? url;
}

function settle(id: number, html: string | null): void {
  waiting.get(id)?.(html);
  waiting.delete(id);
}

function run(job: TypesetJob): Promise<TrustedHTML | null> {
  worker ??= startWorker();
  const answer = new Promise<string | null>((resolve) => waiting.set(job.id, resolve));
  worker.postMessage(job);
  return answer.then((html) => (html === null ? null : sanitiseTypeset(html)));
}

/** Highlighted code as safe HTML; null when it should stay plain. */
export function highlightCode(text: string, lang: string): Promise<TrustedHTML | null> {
  if (lang === '' || text.length > MAX_CODE_CHARS) return Promise.resolve(null);
  return run({ id: ++lastId, kind: 'code', text, lang: lang.toLowerCase() });
}

/** A formula as safe HTML with its style sheet loaded; null when KaTeX cannot read it. */
export async function typesetMath(tex: string, display: boolean): Promise<TrustedHTML | null> {
  const [html] = await Promise.all([
    run({ id: ++lastId, kind: 'math', text: tex, display }),
    import('./math-style').catch(() => null),
  ]);
  return html;
}
