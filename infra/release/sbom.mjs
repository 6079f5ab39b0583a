// Writes which packages a release is made of (CycloneDX 1.5), from what pins them: functions/packages.lock.json and the
// restored runtime packs, static-web/package-lock.json. Needs a restored checkout; asks nobody.
// Scopes: "required" is inside the package, "optional" may be (what a bundled npm package depends on),
// "excluded" only builds and checks it.
// Usage: node sbom.mjs <version> <file.json>
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const [version, file] = process.argv.slice(2);
const root = new URL('../../', import.meta.url);
const json = (path) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

/** Analyzers and compilers: they come as packages, and nothing of them is published. */
const BUILD_ONLY = /Analyzer|\.ILLink\.Tasks$|\.Crossgen2\./;

function nuget() {
  const found = new Map();
  for (const packages of Object.values(json('functions/packages.lock.json').dependencies))
    for (const [name, { resolved }] of Object.entries(packages)) found.set(name, resolved);
  const { frameworks } = json('functions/obj/project.assets.json').project;
  for (const framework of Object.values(frameworks))
    for (const pack of framework.downloadDependencies ?? [])
      found.set(pack.name, /^\[([^,]+),/.exec(pack.version)[1]);
  return [...found].map(([name, resolved]) => ({
    type: 'library',
    name,
    version: resolved,
    scope: BUILD_ONLY.test(name) ? 'excluded' : 'required',
    purl: `pkg:nuget/${name}@${resolved}`,
  }));
}

/** Names of the packages that the page's sources import. */
function imported() {
  const sources = new URL('static-web/src/', root);
  const names = new Set();
  for (const entry of readdirSync(sources, { recursive: true, withFileTypes: true })) {
    if (!/\.(ts|svelte|css)$/.test(entry.name) || /\.test\.ts$/.test(entry.name)) continue;
    const text = readFileSync(`${entry.parentPath ?? entry.path}/${entry.name}`, 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import|@import)\s*\(?\s*['"]((?:@[\w-]+\/)?[a-z][\w.-]*)(?:\/[^'"]*)?['"]/g))
      names.add(name);
    if (entry.name.endsWith('.svelte')) names.add('svelte');
  }
  return names;
}

function npm() {
  const { packages } = json('static-web/package-lock.json');
  const bundled = imported();
  const below = new Set();
  const visit = (name) => {
    for (const next of Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {}))
      if (!below.has(next)) {
        below.add(next);
        visit(next);
      }
  };
  bundled.forEach(visit);
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version: resolved, integrity, license }]) => {
      const full = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
      const isTop = path === `node_modules/${full}`;
      const [group, name] = full.startsWith('@') ? full.split('/') : [undefined, full];
      return {
        type: 'library',
        ...(group && { group }),
        name,
        version: resolved,
        scope: isTop && bundled.has(full) ? 'required' : below.has(full) ? 'optional' : 'excluded',
        ...(integrity?.startsWith('sha512-') && {
          hashes: [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }],
        }),
        ...(license && { licenses: [/[ (]/.test(license) ? { expression: license } : { license: { id: license } }] }),
        purl: `pkg:npm/${full.replace('@', '%40')}@${resolved}`,
      };
    });
}

const components = [...new Map([...nuget(), ...npm()].map((one) => [one.purl, { ...one, 'bom-ref': one.purl }])).values()].sort(
  (a, b) => (a.purl < b.purl ? -1 : 1),
);
// The same contents have the same number; a random one would make every build differ.
const digest = createHash('sha256').update(JSON.stringify([version, components])).digest('hex');
const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
const bom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber: `urn:uuid:${uuid}`,
  version: 1,
  metadata: { component: { type: 'application', name: 'OpenWebUi', version, 'bom-ref': 'openwebui' } },
  components,
};
writeFileSync(file, JSON.stringify(bom, null, 1) + '\n');
