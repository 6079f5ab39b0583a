import type { CodeNode } from './code-nodes';
import { sanitiseTypeset } from './sanitise';
import workerUrl from './typeset-worker?worker&url';

export type TypesetJob = { id: number } & (
  { kind: 'code'; text: string; lang: string } | { kind: 'math'; text: string; display: boolean }
);
export interface TypesetAnswer {
  id: number;
  /** Of code its pieces, of a formula its HTML. Null: not a known language, or not TeX that KaTeX reads. The source stays. */
  drawn: CodeNode[] | string | null;
}

/** A longer block is shown plain: colours are not worth a second of work. */
const MAX_CODE_CHARS = 60_000;

let worker: Worker | null = null;
let lastId = 0;
const waiting = new Map<number, (drawn: TypesetAnswer['drawn']) => void>();

/** The page's one worker, started with the first closed code block or formula. */
function startWorker(): Worker {
  const started = new Worker(scriptUrl(workerUrl), { type: 'module' });
  started.onmessage = ({ data }: MessageEvent<TypesetAnswer>) => settle(data.id, data.drawn);
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

function settle(id: number, drawn: TypesetAnswer['drawn']): void {
  waiting.get(id)?.(drawn);
  waiting.delete(id);
}

function run(job: TypesetJob): Promise<TypesetAnswer['drawn']> {
  worker ??= startWorker();
  const answer = new Promise<TypesetAnswer['drawn']>((resolve) => waiting.set(job.id, resolve));
  worker.postMessage(job);
  return answer;
}

/** Highlighted code; null when it should stay plain. */
export async function highlightCode(text: string, lang: string): Promise<CodeNode[] | null> {
  if (lang === '' || text.length > MAX_CODE_CHARS) return null;
  const drawn = await run({ id: ++lastId, kind: 'code', text, lang: lang.toLowerCase() });
  return typeof drawn === 'string' ? null : drawn;
}

/** A formula as safe HTML with its style sheet loaded; null when KaTeX cannot read it. */
export async function typesetMath(tex: string, display: boolean): Promise<TrustedHTML | null> {
  const [drawn] = await Promise.all([
    run({ id: ++lastId, kind: 'math', text: tex, display }),
    import('./math-style').catch(() => null),
  ]);
  return typeof drawn === 'string' ? sanitiseTypeset(drawn) : null;
}
