#!/usr/bin/env node
/**
 * Prints, as JSON, the app settings that azuredeploy.json gives a site: node settings.mjs '{"code":"x"}'. What only Azure knows gets a
 * value of the same form. The app's own tests start from these (tests/OpenWebUi.Tests/Infra). Needs no package.
 */
import { readFileSync } from 'node:fs';
import { evaluateTemplate } from './evaluate.mjs';

const template = JSON.parse(readFileSync(new URL('../azuredeploy.json', import.meta.url), 'utf8'));
const { resources, faults } = evaluateTemplate(template, { parameters: JSON.parse(process.argv[2] ?? '{}') });
if (faults.length > 0) throw new Error(faults.map(({ path, text }) => `${path.join('.')}: ${text}`).join('\n'));

const told = {
  clientId: '11111111-2222-3333-4444-555555555555',
  hostName: 'made.service.signalr.net',
  endpoint: 'https://made.openai.azure.com/',
  ConnectionString: 'InstrumentationKey=11111111-2222-3333-4444-555555555555;IngestionEndpoint=https://x.in.applicationinsights.azure.com/',
};
const { properties } = resources.find(one => one.type === 'Microsoft.Web/sites/config').body;
console.log(JSON.stringify(properties, (_, value) => typeof value === 'string' ? value.replace(/\{(\w+) of [^}]*\}/g, (_, name) => told[name]) : value, 2));
