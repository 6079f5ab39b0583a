#!/usr/bin/env node
/**
 * Checks what cannot be tried here, because neither a Bicep compiler nor Azure can be reached: the button's template, its form, the
 * update, the same for azd, and the links of README.md. Prints each finding with its place, and exits 1 where there is one.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readApp } from './app.mjs';
import { readBicep } from './bicep.mjs';
import { checkDeployment } from './deployment.mjs';
import { evaluateTemplate } from './evaluate.mjs';
import { checkForm } from './form.mjs';
import { parseJson } from './json.mjs';
import { checkLinks } from './links.mjs';
import { checkTemplate } from './template.mjs';
import { checkAzd, compareTwins } from './twins.mjs';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const fileNames = [
  'infra/azuredeploy.json', 'infra/update.json', 'infra/createUiDefinition.json', 'infra/resources.bicep', 'infra/main.bicep',
  'infra/main.parameters.json', 'azure.yaml', 'README.md',
];

const templateLink = 'https://raw.githubusercontent.com/somebody/site/main/infra/azuredeploy.json';

/** Deployments that are played through: each option on and off. */
const scenarios = {
  'two fields': { templateLink, parameters: { openAiApiKey: 'sk-x', code: 'a-code' } },
  'nothing given': { parameters: {} },
  'Azure OpenAI': { templateLink, parameters: { createAzureOpenAi: true, azureOpenAiKey: 'k', customModels: '-all' } },
  everything: {
    parameters: {
      createAzureOpenAi: true, createSignalR: true, azureOpenAiModelVersion: '2025-08-07', siteName: 'my-Chat-1', instanceMemoryMB: 4096, maximumInstances: 4, alwaysReadyInstances: 1,
      subnetId: '/subscriptions/s/resourceGroups/n/providers/Microsoft.Network/virtualNetworks/v/subnets/s', corsAllowOrigin: 'https://a.example;https://b.example',
      moreSettings: { DEFAULT_MODEL: 'gpt-5-mini' }, packageUri: 'https://example.com/released-package.zip',
    },
  },
};

/**
 * @param {Record<string, string>} files Their texts, by the names of fileNames.
 * @param {object} app What readApp says.
 * @returns {Promise<string[]>} Findings: "file:line place: what".
 */
export async function check(files, app) {
  const findings = new Set();
  const say = (file, line, place, text) => findings.add(`${file}:${line} ${place ? `${place}: ` : ''}${text}`);
  const read = file => {
    try {
      const { value, line, duplicates } = parseJson(files[file]);
      for (const one of duplicates) say(file, one.line, one.path.join('.'), 'stands twice');
      return { value, found: (path, text) => say(file, line(path), path.join('.'), text) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      findings.add(`${file}:${error.message.replace(/^line (\d+):/, '$1')}`);
      return undefined;
    }
  };

  const master = read('infra/azuredeploy.json');
  const update = read('infra/update.json');
  const form = read('infra/createUiDefinition.json');
  const parametersFile = read('infra/main.parameters.json');
  if (update) {
    checkTemplate(update.value, update.found);
    await play(update, { templateLink, parameters: { siteName: 'my-chat' } }, false);
  }
  if (master) {
    checkTemplate(master.value, master.found);
    for (const given of Object.values(scenarios)) await play(master, given, true);
    checkSettings(master);
    if (form) for (const parameters of checkForm(form.value, master.value, form.found)) await play(master, { templateLink, parameters: { ...parameters, siteName: 'my-chat' } }, true);
  }

  async function play({ value, found }, given, isWhole) {
    const deployment = evaluateTemplate(value, given);
    for (const { path, text } of deployment.faults) found(path, text);
    // A deployment that cannot be evaluated would only echo its faults.
    if (deployment.faults.length === 0) {
      try {
        await checkDeployment(deployment, { app, isWhole }, found);
      } catch (error) {
        // Something has a form that no rule expects. That is a finding, whatever the rules would have said.
        found([], `could not be checked to its end: ${error.stack.split('\n', 2).join(' ').trim()}`);
      }
    }
    if (given === scenarios['two fields'] || !isWhole) {
      const [program] = deployment.resources.filter(one => one.deployed && one.type === 'Microsoft.Web/sites/extensions');
      const uri = 'https://github.com/somebody/site/releases/latest/download/released-package.zip';
      if (program?.body.properties?.packageUri !== uri) found(['parameters', 'packageUri'], `the button brings ${program?.body.properties?.packageUri ?? 'no program'}, not the latest release of the repository that it stands in`);
    }
  }

  /** A parameter whose description begins with a setting's name ends up in that setting, and no secret in an output. */
  function checkSettings({ value, found }) {
    for (const [name, parameter] of Object.entries(value.parameters ?? {})) {
      const setting = /^([A-Z][A-Z0-9_]+):/.exec(parameter.metadata?.description ?? '')?.[1];
      const mark = parameter.allowedValues?.at(-1) ?? 'a-mark';
      const isSecret = /^secure/i.test(parameter.type);
      if (!setting && !isSecret) continue;
      const { resources, outputs } = evaluateTemplate(value, { parameters: { [name]: setting ? mark : { A: mark } } });
      const settings = resources.find(one => one.type === 'Microsoft.Web/sites/config')?.body.properties;
      if (setting && settings?.[setting] !== mark) found(['parameters', name], `does not end up in the setting ${setting}`);
      if (isSecret && JSON.stringify(outputs).includes(mark)) found(['outputs'], `the secret ${name} can be read in the outputs`);
    }
  }

  const [inner, main] = await Promise.all(['infra/resources.bicep', 'infra/main.bicep'].map(file => readBicep(files[file])));
  for (const [file, one] of [['infra/resources.bicep', inner], ['infra/main.bicep', main]]) for (const { line, text } of one.faults) say(file, line, '', text);
  if (master && inner.faults.length === 0) compareTwins(master.value, inner.template, scenarios, (place, text) => say('infra/resources.bicep', 1, place, text));
  if (parametersFile && inner.faults.length + main.faults.length === 0) {
    checkAzd({ main, inner: inner.template, parametersFile: parametersFile.value, azureYaml: files['azure.yaml'] }, (file, place, text) => say(file, 1, place, text));
  }
  checkLinks(files['README.md'], (line, text) => say('README.md', line, '', text));
  return [...findings];
}

export const readFiles = () => Object.fromEntries(fileNames.map(name => [name, readFileSync(join(root, name), 'utf8')]));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const findings = await check(readFiles(), readApp(root));
  for (const finding of findings) console.error(finding);
  console.log(findings.length === 0 ? `infra: ${fileNames.length} files, ${Object.keys(scenarios).length + 2} deployments played through, nothing found` : `infra: ${findings.length} finding(s)`);
  process.exitCode = findings.length === 0 ? 0 : 1;
}
