import { describe, expect, it } from 'vitest';
import { fileName } from './file-name';

describe('the name of a downloaded code block', () => {
  it.each([
    ['python', 'print(1)', 'code.py'],
    ['', 'x', 'code.txt'],
    ['C#', 'class A {}', 'code.cs'],
    ['html', '<p>x</p>', 'index.html'],
    ['Dockerfile', 'FROM x', 'Dockerfile'],
    ['zig', 'x', 'code.zig'],
    ['ts', '// src/lib/app.ts\nx', 'app.ts'],
    ['py', '# app.py', 'app.py'],
    ['sql', '-- filename: make-tables.sql\nselect 1', 'make-tables.sql'],
    ['html', '<!-- page.html -->\n<p>', 'page.html'],
    ['src/main.rs', 'fn main() {}', 'main.rs'],
    ['ts', '// uses node.js and more\nx', 'code.ts'],
    ['../../etc/passwd', 'x', 'code.txt'],
    ['a"b<c>', 'x', 'code.txt'],
    ['js', '// ../../.bashrc\nx', 'code.js'],
  ])('%s %j is %s', (lang, text, name) => expect(fileName(lang, text)).toBe(name));
});
