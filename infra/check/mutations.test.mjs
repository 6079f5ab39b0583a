/** Plants mistakes in copies of our files, one at a time: the checker must find each, and nothing in the files as they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readApp } from './app.mjs';
import { check, readFiles, root } from './check.mjs';

const files = readFiles();
const app = readApp(root);
const [arm, form, bicep, main, update] = ['infra/azuredeploy.json', 'infra/createUiDefinition.json', 'infra/resources.bicep', 'infra/main.bicep', 'infra/update.json'];

/** What is wrong, where, what is replaced by what, and what a finding says. */
const mistakes = [
  // The form of the JSON and of its expressions
  ['a comma too many', arm, '"reserved": true }', '"reserved": true, }', /expected/],
  ['a name that stands twice', arm, '"httpsOnly": true,', '"httpsOnly": true, "httpsOnly": true,', /stands twice/],
  ['another schema', arm, '2019-04-01/deploymentTemplate.json#', '2015-01-01/deploymentTemplate.json#', /must be https:\/\/schema/],
  ['a bracket that does not close', arm, '"[variables(\'planName\')]"', '"[variables(\'planName\')"', /does not end with one/],
  ['a parenthesis too few', arm, '"[variables(\'planName\')]"', '"[variables(\'planName\']"', /expected/],
  ['text without quotes', arm, '"[variables(\'planName\')]"', '"[variables(planName)]"', /neither text in quotes nor a call/],
  ['a function that is not there', arm, '"[uniqueString(resourceGroup().id, variables(\'appName\'))]"', '"[uniqueText(resourceGroup().id, variables(\'appName\'))]"', /no function uniqueText/],
  ['an argument too few', arm, '[if(empty(parameters(\'subnetId\')), null(), parameters(\'subnetId\'))]', '[if(empty(parameters(\'subnetId\')), null())]', /if takes 3/],
  ['a value that format has no place for', arm, "format('plan-{0}', variables", "format('plan-', variables", /uses 0/],
  ['a place that format has no value for', arm, "format('plan-{0}', variables", "format('plan-{1}', variables", /no value for \{1\}/],
  ['newGuid in a name', arm, "[guid(variables('insightsId'), variables('identityId'), variables('roles')['Monitoring Metrics Publisher'])]", '[newGuid()]', /something else at each deployment/],
  ['reference() in a variable', arm, '"packageContainer": "app-package"', '"packageContainer": "[reference(variables(\'identityId\')).clientId]"', /refused outside/],
  ['something that no resource tells', arm, '.defaultHostName)]', '.hostName)]', /tells no "hostName"/],
  // Parameters, variables, outputs
  ['a parameter that is not declared', arm, "parameters('baseUrl')", "parameters('baseURL')", /no parameter "baseURL"/],
  ['a parameter that nobody uses', arm, '"OLLAMA_BASE_URL": "[parameters(\'ollamaBaseUrl\')]"', '"OLLAMA_BASE_URL": ""', /"ollamaBaseUrl" is never used/],
  ['a variable that is not declared', arm, '"[variables(\'planName\')]"', '"[variables(\'plan\')]"', /no variable "plan"/],
  ['a variable that nobody uses', arm, '"packageContainer": "app-package",', '"packageContainer": "app-package", "left": "over",', /"left" is never used/],
  ['a variable that is made of itself', arm, '"packageContainer": "app-package"', '"packageContainer": "[variables(\'packageContainer\')]"', /made of itself/],
  ['a default outside of what is allowed', arm, '"defaultValue": 512,', '"defaultValue": 1024,', /not one of 512/],
  ['a default of another type', arm, '"defaultValue": 40,', '"defaultValue": "40",', /a int belongs here/],
  ['a secret that is none by its type', arm, '"code": {\n      "type": "secureString"', '"code": {\n      "type": "string"', /a secret is secureString/],
  ['a secret with a default', arm, '"code": {\n      "type": "secureString",\n      "defaultValue": ""', '"code": {\n      "type": "secureString",\n      "defaultValue": "letmein"', /a secret has no default/],
  ['a secret in an output', arm, '"value": "[variables(\'appName\')]" }', '"value": "[parameters(\'code\')]" }', /can be read in the outputs/],
  ['a parameter that ends up in another setting', arm, '"CODE": "[parameters(\'code\')]"', '"CODE": "[parameters(\'adminCode\')]"', /does not end up in the setting CODE/],
  // Resources: types, names, versions, schemas
  ['an apiVersion that is no date', arm, '"apiVersion": "2022-10-01"', '"apiVersion": "2022-10"', /no version/],
  ['an apiVersion that there is not', arm, '"apiVersion": "2022-10-01"', '"apiVersion": "2022-10-02"', /the schema at hand/],
  ['a misspelt type', arm, '"type": "Microsoft.OperationalInsights/workspaces"', '"type": "Microsoft.OperationalInsight/workspaces"', /no schema of/],
  ['a name with a segment too few', arm, '"[format(\'{0}/appsettings\', variables(\'appName\'))]"', '"[variables(\'appName\')]"', /has 2 name\(s\), 1 given/],
  ['a name with a segment too many', arm, '"name": "[variables(\'identityName\')]"', '"name": "[format(\'{0}/x\', variables(\'identityName\'))]"', /has 1 name\(s\), 2 given/],
  ['a resourceId with a name too few', arm, "resourceId('Microsoft.Web/sites/config', variables('appName'), 'appsettings')", "resourceId('Microsoft.Web/sites/config', variables('appName'))", /has 2 name\(s\), 1 given/],
  ['a resourceId of nothing', arm, "[resourceId('Microsoft.OperationalInsights/workspaces', variables('workspaceName'))]\",\n        \"Dis", "[resourceId('Microsoft.OperationalInsights/workspaces', variables('planName'))]\",\n        \"Dis", /named and not described/],
  ['dependsOn of nothing', arm, '"containers",\n        "tables"', '"container",\n        "tables"', /neither a resource of this template nor a copy/],
  ['two resources that wait for each other', arm, '"kind": "functionapp",\n      "sku"', '"kind": "functionapp",\n      "dependsOn": ["[resourceId(\'Microsoft.Web/sites\', variables(\'appName\'))]"],\n      "sku"', /wait for each other/],
  ['a resource that does not wait for what it uses', arm, '"[resourceId(\'Microsoft.Web/serverfarms\', variables(\'planName\'))]",\n        "[variables(\'identityId\')]"', '"[variables(\'identityId\')]"', /does not wait for it/],
  ['a misspelt property', arm, '"instanceMemoryMB": "[', '"instanceMemoryMb": "[', /"instanceMemoryMB" is meant/],
  ['a property in the wrong place', arm, '"httpsOnly": true,', '"siteConfiguration": { "httpsOnly": true },', /no property "siteConfiguration"/],
  ['a value of the wrong type', arm, '"retentionInDays": 30', '"retentionInDays": "30"', /a number belongs here/],
  ['a required property that is missing', arm, '"Application_Type": "web",', '', /"Application_Type" is required|Application_Type is undefined/],
  ['a required member of a role assignment that is missing', arm, '"principalId": "[reference(variables(\'identityId\'), \'2023-01-31\').principalId]",\n        "principalType": "ServicePrincipal"\n      },\n      "dependsOn": ["[variables(\'storageId\')]"', '"principalType": "ServicePrincipal"\n      },\n      "dependsOn": ["[variables(\'storageId\')]"', /"principalId" is required/],
  ['a regional resource without a region', arm, '"name": "[variables(\'planName\')]",\n      "location": "[parameters(\'location\')]",', '"name": "[variables(\'planName\')]",', /a location is required/],
  // What the contract of Flex Consumption asks for
  ['shared keys', arm, '"allowSharedKeyAccess": false', '"allowSharedKeyAccess": true', /allowSharedKeyAccess is true/],
  ['public blobs', arm, '"publicAccess": "None"', '"publicAccess": "Blob"', /publicAccess is "Blob"/],
  ['another runtime', arm, '"name": "custom", "version": "1.0"', '"name": "dotnet-isolated", "version": "10.0"', /runtime.name is/],
  ['another plan', arm, '"name": "FC1"', '"name": "Y1"', /sku.name is "Y1"/],
  ['plain HTTP', arm, '"httpsOnly": true', '"httpsOnly": false', /httpsOnly is false/],
  ['a property that Flex refuses', arm, '"minTlsVersion": "1.2",', '"minTlsVersion": "1.2", "linuxFxVersion": "custom|1.0",', /Flex Consumption has no linuxFxVersion/],
  ['a setting that Flex refuses', arm, '"AzureWebJobsDisableHomepage": "true",', '"AzureWebJobsDisableHomepage": "true", "FUNCTIONS_WORKER_RUNTIME": "custom",', /refuses the setting FUNCTIONS_WORKER_RUNTIME/],
  ['WEBSITE_RUN_FROM_PACKAGE', arm, '"AzureWebJobsDisableHomepage": "true",', '"AzureWebJobsDisableHomepage": "true", "WEBSITE_RUN_FROM_PACKAGE": "1",', /refuses the setting/],
  ['a setting that nobody reads', arm, '"CODE": "[', '"ACCESS_CODE": "[', /nobody reads the setting ACCESS_CODE/],
  ['a setting of the host that is missing', arm, "'AzureWebJobsStorage__clientId', reference(variables('identityId'), '2023-01-31').clientId, ", '', /AzureWebJobsStorage__clientId is missing/],
  ['a package on another container', arm, "/{2}', variables('storageName'), variables('storageSuffix'), variables('packageContainer'))", "/{2}', variables('storageName'), variables('storageSuffix'), 'package')", /container .* is not described/],
  ['a build in the cloud', update, '"remoteBuild": false', '"remoteBuild": true', /remoteBuild is true/],
  ['a package of another repository', arm, "templateLink.uri, '/')[3]", "templateLink.uri, '/')[2]", /not the latest release/],
  ['a deployment of models without its account', arm, '"condition": "[parameters(\'createAzureOpenAi\')]",\n      "type": "Microsoft.CognitiveServices/accounts/deployments"', '"type": "Microsoft.CognitiveServices/accounts/deployments"', /whose condition says no/],
  ['a key where the identity is meant', arm, '"AzureWebJobsStorage__credential": "managedidentity"', '"AzureWebJobsStorage__credential": "key"', /__credential is "key"/],
  // Roles
  ['a role that is none', arm, '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3', '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa4', /no role that/],
  ['two roles exchanged', arm, '"Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"', '"Storage Table Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88"', /is the role "Storage Queue Data Contributor"/],
  ['a role that nobody gets', arm, '"storageRoles": ["Storage Blob Data Owner", "Storage Queue Data Contributor", "Storage Table Data Contributor"]', '"storageRoles": ["Storage Blob Data Owner", "Storage Queue Data Contributor"]', /nobody has the role Storage Table Data Contributor/],
  ['a role on the wrong resource', arm, '"scope": "[variables(\'insightsId\')]"', '"scope": "[variables(\'storageId\')]"', /guid\(scope, identity, role\)|nobody has the role/],
  ['a site that comes before its roles', arm, '"tables",\n        "storageRoles",', '"tables",', /the site does not wait for .*roleAssignments/],
  ['a program that comes before its settings', arm, ',\n        "[resourceId(\'Microsoft.Web/sites/config\', variables(\'appName\'), \'appsettings\')]"', '', /the program comes before its settings/],
  ['a role assignment whose name is not its own', arm, "[guid(variables('openAiId'), variables('identityId'), variables('roles')['Cognitive Services OpenAI User'])]", "[guid(variables('openAiId'))]", /guid\(scope, identity, role\)/],
  // The code
  ['a table that the code has not', arm, '"openwebuiUsage"', '"openwebuiUse"', /table openwebuiUse is described/],
  ['a container that is missing', arm, '"[variables(\'packageContainer\')]", "openwebui"', '"[variables(\'packageContainer\')]"', /container openwebui of the code/],
  // The form
  ['an output without a parameter', form, '"openAiApiKey": "[coalesce', '"openAiKey": "[coalesce', /no parameter "openAiKey"/],
  ['an element that is not there', form, "steps('models').baseUrl", "steps('models').baseURL", /no element "baseURL"/],
  ['a step that is not there', form, "steps('site').subnetId", "steps('network').subnetId", /in the step "network"/],
  ['a secret that the form gives itself', form, "\"[coalesce(basics('code'), '')]\"", '"x"', /a secret is asked for in a PasswordBox/],
  ['an element that may say null', form, "\"[coalesce(steps('models').baseUrl, '')]\"", "\"[steps('models').baseUrl]\"", /says null/],
  ['a rule that refuses an empty field', form, '^(|https?://.+)$', '^https?://.+$', /may stay empty/],
  ['an element that nobody asks for', form, "\"[coalesce(steps('site').corsAllowOrigin, '')]\"", '""', /nobody asks for "corsAllowOrigin"/],
  ['a value that the parameter does not allow', form, '"value": "4096"', '"value": "8192"', /8192 is not one of/],
  ['text where a number belongs', form, "[int(steps('site').alwaysReadyInstances)]", "[coalesce(steps('site').alwaysReadyInstances, '')]", /a int belongs here/],
  ['a default that is no choice', form, '"defaultValue": "512 MB"', '"defaultValue": "512"', /label of one of its values/],
  ['a rule that is no regular expression', form, '"^(|[^@ ]+@[^@ ]+)$"', '"^(|[^@ ]+@[^@ +)$"', /no regular expression/],
  ['a secret that everybody can read while it is typed', form, '"name": "code",\n        "type": "Microsoft.Common.PasswordBox",\n        "label": { "password": "CODE", "confirmPassword": "Again" }', '"name": "code",\n        "type": "Microsoft.Common.TextBox",\n        "label": "CODE"', /PasswordBox/],
  // Bicep and azd
  ['a syntax error', bicep, 'properties: { reserved: true }', 'properties: { reserved: true', /no Bicep/],
  ['a symbol that is not declared', bicep, 'serverFarmId: plan.id', 'serverFarmId: farm.id', /declared nowhere/],
  ['a variable that nobody uses', bicep, "var openAiName = ", "var left = 'over'\nvar openAiName = ", /never used/],
  ['another property than in JSON', bicep, 'perInstanceConcurrency: 100', 'perInstanceConcurrency: 16', /perInstanceConcurrency is 100 in JSON, 16 in Bicep/],
  ['a resource that JSON has and Bicep has not', bicep, /resource storageTables [\s\S]*?\}\]\n/, '', /declared nowhere|in azuredeploy.json alone/],
  ['another version than in JSON', bicep, 'serverfarms@2024-04-01', 'serverfarms@2023-12-01', /apiVersion is "2024-04-01" in JSON/],
  ['a setting that JSON has and Bicep has not', bicep, '    OLLAMA_BASE_URL: ollamaBaseUrl\n', '', /never used|OLLAMA_BASE_URL/],
  ['a setting that Bicep fills otherwise', bicep, 'CODE: code', 'CODE: adminCode', /never used|settings|CODE/],
  ['a condition that is missing', bicep, "@2024-10-01' = if (createAzureOpenAi) {\n  name: openAiName", "@2024-10-01' = if (!createAzureOpenAi) {\n  name: openAiName", /deployed is/],
  ['a site that does not wait for its roles', bicep, 'dependsOn: [blobContainers, storageTables, storageAccess, insightsAccess, openAiAccess, signalRAccess]', 'dependsOn: [blobContainers, storageTables, insightsAccess, openAiAccess, signalRAccess]', /waits for .*roleAssignments.* in JSON alone/],
  ['another default than in JSON', bicep, 'param instanceMemoryMB int = 512', 'param instanceMemoryMB int = 2048', /the default is 512 in JSON, 2048 in Bicep/],
  ['a parameter that is not handed through', main, '    code: code\n', '', /"code" is not handed through|never used/],
  ['a parameter that is handed another', main, 'code: code\n', 'code: adminCode\n', /is handed something else|never used/],
  ['a variable of azd under another name', 'infra/main.parameters.json', '"${CODE}"', '"${ACCESS_CODE}"', /\$\{CODE\} is meant/],
  ['a service that no tag names', 'azure.yaml', '  site: #', '  web: #', /no service "site"/],
  // SignalR Service
  ['a SignalR Service of a tier that costs', arm, '"name": "Free_F1"', '"name": "Standard_S1"', /sku.name is "Standard_S1"/],
  ['a SignalR Service that waits for a server', arm, '"value": "Serverless"', '"value": "Default"', /properties.features is/],
  ['a SignalR Service with keys', arm, '"allowedOrigins": ["[format(\'https://{0}.azurewebsites.net\', variables(\'appName\'))]"] },\n        "disableLocalAuth": true', '"allowedOrigins": ["[format(\'https://{0}.azurewebsites.net\', variables(\'appName\'))]"] },\n        "disableLocalAuth": false', /signalR: properties.disableLocalAuth is false/],
  ['a SignalR Service of any origin', arm, '["[format(\'https://{0}.azurewebsites.net\', variables(\'appName\'))]"]', '["*"]', /own pages are not let in/],
  ['a property that SignalR Service has not', arm, '"features": [{', '"feature": [{', /no property "feature"/],
  ['a feature without a value', arm, '{ "flag": "ServiceMode", "value": "Serverless" }', '{ "flag": "ServiceMode" }', /"value" is required/],
  ['the role of a server that stays connected', arm, 'fd53cd77-2268-407a-8f46-7e7863d0f521', '420fcaa2-552c-430f-98ca-3264be4806c7', /nobody has the role SignalR REST API Owner/],
  ['a site before its role at SignalR Service', arm, "extensionResourceId(variables('signalRId'), 'Microsoft.Authorization/roleAssignments', guid(variables('signalRId'), variables('identityId'), variables('roles')['SignalR REST API Owner']))", "variables('signalRId')", /does not wait for .*signalR/],
  ['settings of a SignalR Service that is not made', arm, "if(parameters('createSignalR'), format('https://{0}', reference(variables('signalRId'), '2023-02-01').hostName), '')", "format('https://{0}', reference(variables('signalRId'), '2023-02-01').hostName)", /whose condition says no/],
  ['a SignalR Service that the settings do not name', arm, "if(parameters('createSignalR'), format('https://{0}', reference(variables('signalRId'), '2023-02-01').hostName), '')", "''", /AzureSignalRConnectionString__serviceUri is undefined/],
  ['another identity for SignalR Service', arm, "if(parameters('createSignalR'), reference(variables('identityId'), '2023-01-31').clientId, '')", "''", /AzureSignalRConnectionString__clientId is undefined/],
  ['another SignalR Service in Bicep', bicep, "'Free_F1'", "'Standard_S1'", /"Free_F1" in JSON, "Standard_S1" in Bicep/],
  ['a setting of SignalR Service that nobody reads', bicep, 'AzureSignalRConnectionString__credential', 'AzureSignalRConnectionString__credentials', /AzureSignalRConnectionString__credential/],
  // The buttons
  ['a button to a file that is not there', 'README.md', 'infra%2Fazuredeploy.json', 'infra%2FmainTemplate.json', /there is no infra\/mainTemplate.json/],
  ['a button to another repository', 'README.md', 'OWNER%2FOpenWebUi%2Fmain%2Finfra%2Fupdate.json', 'OTHER%2FOpenWebUi%2Fmain%2Finfra%2Fupdate.json', /open files of/],
];

test('the files as they are have no finding', async () => {
  assert.deepEqual(await check(files, app), []);
});

test('the checker knows at least thirty planted mistakes', () => {
  assert.ok(mistakes.length >= 30);
  assert.equal(new Set(mistakes.map(([title, file]) => file + title)).size, mistakes.length);
});

for (const [title, file, from, to, finding] of mistakes) {
  test(`${file}: ${title} is found`, async () => {
    const broken = files[file].replace(from, () => to);
    assert.notEqual(broken, files[file], 'the mistake was not planted: the file has changed');
    const findings = await check({ ...files, [file]: broken }, app);
    assert.ok(findings.some(one => finding.test(one)), `found only: ${findings.join('\n') || 'nothing'}`);
  });
}

test('a variable that the code no longer reads, and a table that it gained, are found', async () => {
  const without = { ...app, variables: new Set([...app.variables].filter(one => one !== 'BASE_URL')) };
  assert.match((await check(files, without)).join('\n'), /nobody reads the setting BASE_URL/);
  assert.match((await check(files, { ...app, tables: [...app.tables, 'openwebuiFolders'] })).join('\n'), /table openwebuiFolders of the code/);
  assert.match((await check(files, { ...app, queues: ['ingest'] })).join('\n'), /queue ingest of the code/);
});
