/// <reference lib="webworker" />
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import markdown from 'highlight.js/lib/languages/markdown';
import php from 'highlight.js/lib/languages/php';
import powershell from 'highlight.js/lib/languages/powershell';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import sql from 'highlight.js/lib/languages/sql';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { codeNodes, type CodeNode } from './code-nodes';
import type { TypesetAnswer, TypesetJob } from './typeset';

const languages = {
  ...{
    bash,
    c,
    cpp,
    csharp,
    css,
    diff,
    dockerfile,
    go,
    ini,
    java,
    javascript,
    json,
    markdown,
    php,
    powershell,
  },
  ...{ python, ruby, rust, sql, typescript, xml, yaml },
};
for (const [name, grammar] of Object.entries(languages)) hljs.registerLanguage(name, grammar);
hljs.registerAliases(['svelte', 'vue'], { languageName: 'xml' });

/** KaTeX weighs more than all grammars together, so it comes with the first formula. */
const loadKatex = () => import('katex');

self.onmessage = async ({ data: job }: MessageEvent<TypesetJob>) => {
  const drawn = await (job.kind === 'code' ? highlight(job.text, job.lang) : typeset(job.text, job.display));
  self.postMessage({ id: job.id, drawn } satisfies TypesetAnswer);
};

function highlight(text: string, lang: string): CodeNode[] | null {
  if (!hljs.getLanguage(lang)) return null;
  try {
    return codeNodes(hljs.highlight(text, { language: lang, ignoreIllegals: true }).value);
  } catch {
    return null;
  }
}

async function typeset(tex: string, display: boolean): Promise<string | null> {
  try {
    const { default: katex } = await loadKatex();
    return katex.renderToString(tex, {
      displayMode: display,
      throwOnError: true,
      trust: false,
      maxSize: 20,
      // What a model writes is not the reader's console's business.
      strict: 'ignore',
    });
  } catch {
    return null;
  }
}
