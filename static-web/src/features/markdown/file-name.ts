/** Extensions by fence language; what is not here is its own extension where it looks like one. */
const EXTENSIONS: Record<string, string> = {
  ...{ bash: 'sh', shell: 'sh', zsh: 'sh', console: 'txt', text: 'txt', plaintext: 'txt', plain: 'txt' },
  ...{ python: 'py', py3: 'py', javascript: 'js', node: 'js', typescript: 'ts', csharp: 'cs', 'c#': 'cs' },
  ...{ 'c++': 'cpp', 'f#': 'fs', fsharp: 'fs', rust: 'rs', ruby: 'rb', kotlin: 'kt', golang: 'go' },
  ...{
    markdown: 'md',
    yaml: 'yml',
    powershell: 'ps1',
    perl: 'pl',
    haskell: 'hs',
    latex: 'tex',
    mermaid: 'mmd',
  },
  ...{
    'objective-c': 'm',
    vb: 'vb',
    visualbasic: 'vb',
    matlab: 'm',
    elixir: 'ex',
    erlang: 'erl',
    jsonc: 'json',
  },
};
/** Languages whose files have a name of their own. */
const NAMES: Record<string, string> = { dockerfile: 'Dockerfile', makefile: 'Makefile', html: 'index.html' };

/** A comment on the first line that is a path: `// src/app.ts`, `# app.py`, `<!-- page.html -->`, `-- name.sql`. */
const NAMED =
  /^\s*(?:\/\/|#|--|;|\/\*|<!--|%%)\s*(?:file(?:name)?:\s*)?((?:[\w@.-]+\/)*[\w@-][\w@.-]*\.\w{1,8})\s*(?:\*\/|-->)?\s*$/i;

/** The name under which a code block is saved: its own, where its fence or its first line says one. */
export function fileName(lang: string, text: string): string {
  const path =
    NAMED.exec(text.slice(0, 200).split('\n')[0] ?? '')?.[1] ?? (/\w\.\w{1,8}$/.test(lang) ? lang : null);
  const own = path?.split(/[/:\\]/).at(-1);
  if (own) return own;
  const known = lang.toLowerCase();
  return NAMES[known] ?? `code.${EXTENSIONS[known] ?? (/^[a-z][a-z0-9]{0,9}$/.test(known) ? known : 'txt')}`;
}
