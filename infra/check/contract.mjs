/**
 * What we know of Azure by reading, as tables. Sources: learn.microsoft.com ("Azure built-in roles", "App settings reference for
 * Azure Functions", there "Flex Consumption plan deprecations", "Infrastructure as code for Azure Functions").
 */

/** Built-in roles by name. */
export const roles = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb',
  'Cognitive Services OpenAI User': '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd',
  'SignalR App Server': '420fcaa2-552c-430f-98ca-3264be4806c7',
  'SignalR REST API Owner': 'fd53cd77-2268-407a-8f46-7e7863d0f521',
};

/** Which roles the site's identity must have, and on what kind of resource. */
export const neededRoles = {
  'Microsoft.Storage/storageAccounts': ['Storage Blob Data Owner', 'Storage Queue Data Contributor', 'Storage Table Data Contributor'],
  'Microsoft.Insights/components': ['Monitoring Metrics Publisher'],
  'Microsoft.CognitiveServices/accounts': ['Cognitive Services OpenAI User'],
  // It may send to a user and make tokens of clients; SignalR App Server would be a server's connection, which the app does not have.
  'Microsoft.SignalRService/signalR': ['SignalR REST API Owner'],
};

/** Settings that the Functions host and its platform read. */
export const platformSettings = [
  'AzureWebJobsStorage__credential', 'AzureWebJobsStorage__clientId', 'AzureWebJobsStorage__blobServiceUri',
  'AzureWebJobsStorage__queueServiceUri', 'AzureWebJobsStorage__tableServiceUri', 'AzureWebJobsDisableHomepage',
  'APPLICATIONINSIGHTS_CONNECTION_STRING', 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING',
];

/** Settings that Flex Consumption refuses, or that functionAppConfig has taken over. */
export const refusedSettings = [
  'AzureWebJobsDashboard', 'ENABLE_ORYX_BUILD', 'FUNCTIONS_EXTENSION_VERSION', 'FUNCTIONS_MAX_HTTP_CONCURRENCY', 'FUNCTIONS_WORKER_PROCESS_COUNT',
  'FUNCTIONS_WORKER_DYNAMIC_CONCURRENCY_ENABLED', 'FUNCTIONS_WORKER_RUNTIME', 'FUNCTIONS_WORKER_RUNTIME_VERSION', 'SCM_DO_BUILD_DURING_DEPLOYMENT',
  'WEBSITE_CONTENTAZUREFILECONNECTIONSTRING', 'WEBSITE_CONTENTOVERVNET', 'WEBSITE_CONTENTSHARE', 'WEBSITE_DNS_SERVER',
  'WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT', 'WEBSITE_NODE_DEFAULT_VERSION', 'WEBSITE_RUN_FROM_PACKAGE', 'WEBSITE_SKIP_CONTENTSHARE_VALIDATION',
  'WEBSITE_VNET_ROUTE_ALL',
];

/** Properties of a site that mean nothing on Flex Consumption, or are refused. */
export const refusedSiteProperties = [
  'alwaysOn', 'containerSize', 'ftpsState', 'functionAppScaleLimit', 'isXenon', 'javaVersion', 'linuxFxVersion', 'minimumElasticInstanceCount',
  'netFrameworkVersion', 'nodeVersion', 'powerShellVersion', 'preWarmedInstanceCount', 'pythonVersion', 'use32BitWorkerProcess', 'vnetBackupRestoreEnabled',
  'vnetContentShareEnabled', 'vnetImagePullEnabled', 'vnetRouteAllEnabled', 'windowsFxVersion',
];

/** Parameters whose value is a secret. */
export const isSecretName = name => /(key|code|password|secret)$/i.test(name) || name === 'moreSettings';

/** Values that a deployment must have, by type and path; a function says what is right. */
export const values = {
  'Microsoft.Storage/storageAccounts': {
    kind: 'StorageV2',
    'sku.name': 'Standard_LRS',
    'properties.allowSharedKeyAccess': false,
    'properties.allowBlobPublicAccess': false,
    'properties.minimumTlsVersion': 'TLS1_2',
    'properties.supportsHttpsTrafficOnly': true,
    name: name => /^[a-z0-9]{3,24}$/.test(name),
  },
  'Microsoft.Storage/storageAccounts/blobServices/containers': { 'properties.publicAccess': 'None' },
  'Microsoft.OperationalInsights/workspaces': { 'properties.sku.name': 'PerGB2018' },
  'Microsoft.Insights/components': { kind: 'web', 'properties.Application_Type': 'web', 'properties.DisableLocalAuth': true, 'properties.WorkspaceResourceId': id => id.startsWith('/Microsoft.OperationalInsights/workspaces/') },
  'Microsoft.CognitiveServices/accounts': {
    kind: 'OpenAI', 'sku.name': 'S0', 'properties.disableLocalAuth': true,
    'properties.customSubDomainName': name => /^[a-z0-9-]{2,64}$/.test(name ?? ''),
  },
  'Microsoft.CognitiveServices/accounts/deployments': { 'sku.name': 'GlobalStandard', 'properties.model.format': 'OpenAI', 'properties.model.name': name => name !== '' },
  'Microsoft.SignalRService/signalR': {
    kind: 'SignalR', 'sku.name': 'Free_F1', 'sku.capacity': 1, 'properties.disableLocalAuth': true,
    name: name => /^[A-Za-z][A-Za-z0-9-]{1,61}[A-Za-z0-9]$/.test(name),
    'properties.features': features => features.length === 1 && features[0].flag === 'ServiceMode' && features[0].value === 'Serverless',
    'properties.cors.allowedOrigins': origins => origins.length === 1 && /^https:\/\/[A-Za-z0-9-]+\.azurewebsites\.net$/.test(origins[0]),
  },
  'Microsoft.Authorization/roleAssignments': { 'properties.principalType': 'ServicePrincipal', 'properties.principalId': id => /^\{principalId of /.test(id) },
  'Microsoft.Web/serverfarms': { kind: 'functionapp', 'sku.name': 'FC1', 'sku.tier': 'FlexConsumption', 'properties.reserved': true },
  'Microsoft.Web/sites': {
    kind: 'functionapp,linux',
    name: name => /^[A-Za-z0-9][A-Za-z0-9-]{0,30}[A-Za-z0-9]$/.test(name),
    'identity.type': 'UserAssigned',
    'properties.httpsOnly': true,
    'properties.serverFarmId': id => id.startsWith('/Microsoft.Web/serverfarms/'),
    'properties.siteConfig.minTlsVersion': '1.2',
    'properties.siteConfig.cors.allowedOrigins': origins => Array.isArray(origins),
    'properties.functionAppConfig.runtime.name': 'custom',
    'properties.functionAppConfig.runtime.version': '1.0',
    'properties.functionAppConfig.deployment.storage.type': 'blobContainer',
    'properties.functionAppConfig.deployment.storage.authentication.type': 'UserAssignedIdentity',
    'properties.functionAppConfig.deployment.storage.authentication.userAssignedIdentityResourceId': id => id.startsWith('/Microsoft.ManagedIdentity/userAssignedIdentities/'),
    'properties.functionAppConfig.scaleAndConcurrency.instanceMemoryMB': size => [512, 2048, 4096].includes(size),
    'properties.functionAppConfig.scaleAndConcurrency.maximumInstanceCount': count => count >= 1 && count <= 1000,
    'properties.functionAppConfig.scaleAndConcurrency.triggers.http.perInstanceConcurrency': count => count >= 16 && count <= 1000,
  },
  'Microsoft.Web/sites/config': {
    'properties.AzureWebJobsStorage__credential': 'managedidentity',
    'properties.AzureWebJobsStorage__clientId': id => /^\{clientId of /.test(id),
    'properties.APPLICATIONINSIGHTS_AUTHENTICATION_STRING': text => /^ClientId=\{clientId of [^}]+\};Authorization=AAD$/.test(text),
    'properties.AzureWebJobsDisableHomepage': 'true',
  },
  'Microsoft.Web/sites/extensions': { name: name => name.endsWith('/onedeploy'), 'properties.remoteBuild': false, 'properties.packageUri': uri => /^https:\/\/.+\.zip$/.test(uri) },
};

/** Resources without which the button makes no site. */
export const neededTypes = [
  'Microsoft.ManagedIdentity/userAssignedIdentities', 'Microsoft.Storage/storageAccounts', 'Microsoft.Storage/storageAccounts/blobServices/containers',
  'Microsoft.Storage/storageAccounts/tableServices/tables', 'Microsoft.OperationalInsights/workspaces', 'Microsoft.Insights/components',
  'Microsoft.Authorization/roleAssignments', 'Microsoft.Web/serverfarms', 'Microsoft.Web/sites', 'Microsoft.Web/sites/config', 'Microsoft.Web/sites/extensions',
];
