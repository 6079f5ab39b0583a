// Draws public/icon.svg as the PNGs of the manifest: node tools/make-icons.mjs. Needs Chromium (CHROMIUM_PATH). The results are committed;
// run it again when the mark changes.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAPER = '#f8f7f3';
const folder = fileURLToPath(new URL('../public/', import.meta.url));
const mark = readFileSync(join(folder, 'icon.svg'), 'utf8');
const temporary = mkdtempSync(join(tmpdir(), 'icons-'));

/** @param share Of the picture that the mark takes; a mask may cut away what lies outside the inner 80 %. */
function draw(name, pixels, share, background) {
  const page = join(temporary, `${name}.html`);
  const margin = (pixels * (1 - share)) / 2;
  writeFileSync(
    page,
    `<style>html,body{margin:0;background:${background}}svg{position:absolute;left:${margin}px;top:${margin}px;width:${pixels * share}px}</style>${mark}`,
  );
  execFileSync(process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--default-background-color=00000000',
    `--window-size=${pixels},${pixels}`,
    `--screenshot=${join(folder, `${name}.png`)}`,
    `file://${page}`,
  ]);
}

draw('icon-192', 192, 1, 'transparent');
draw('icon-512', 512, 1, 'transparent');
draw('icon-maskable-512', 512, 0.6, PAPER);
draw('apple-touch-icon', 180, 0.72, PAPER);
rmSync(temporary, { recursive: true });
