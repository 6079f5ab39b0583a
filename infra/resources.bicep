// What azuredeploy.json describes, as Bicep: infra/check compares the two. azd comes here through main.bicep.
targetScope = 'resourceGroup'

@description('OPENAI_API_KEY: the key of OpenAI, or of the provider at baseUrl. Empty: no such connection.')
@secure()
param openAiApiKey string = ''

@description('CODE: access codes, commas between them. Empty: people make accounts, and the first to sign up is the administrator.')
@secure()
param code string = ''

@description('BASE_URL: address of an OpenAI-compatible provider. Empty: OpenAI\'s own, where a key is given.')
param baseUrl string = ''

@description('ADMIN_CODE: opens the administrator\'s pages. Only with code, and without accounts.')
@secure()
param adminCode string = ''

@description('WEBUI_AUTH: true, and people have accounts, to which code is the invitation. Empty: accounts only where no code is given.')
@allowed(['', 'true'])
param webuiAuth string = ''

@description('WEBUI_ADMIN_EMAIL: makes the administrator\'s account, together with adminPassword. Empty: the first to sign up is the administrator.')
param adminEmail string = ''

@description('WEBUI_ADMIN_PASSWORD: at least 8 characters.')
@secure()
param adminPassword string = ''

@description('AZURE_URL: an Azure OpenAI resource that is there already. Not used where createAzureOpenAi makes one.')
param azureOpenAiUrl string = ''

@description('AZURE_API_KEY: its key. Empty: the site\'s identity asks; give it the role Cognitive Services OpenAI User there.')
@secure()
param azureOpenAiKey string = ''

@description('CUSTOM_MODELS: which models there are, and Azure\'s deployments as model@azure=deployment.')
param customModels string = ''

@description('Makes an Azure OpenAI account with one deployment. No key exists: the site\'s identity asks.')
param createAzureOpenAi bool = false

@description('The model of that deployment, and the deployment\'s name. Models differ by region and retire.')
param azureOpenAiModel string = 'gpt-5-mini'

@description('Its version. Empty: Azure\'s default.')
param azureOpenAiModelVersion string = ''

@description('Its limit in thousands of tokens a minute, within the subscription\'s quota. It costs nothing by itself.')
@minValue(1)
param azureOpenAiCapacity int = 50

@description('The region of that account.')
param azureOpenAiLocation string = resourceGroup().location

@description('Makes an Azure SignalR Service (free tier, serverless): a reader\'s other browsers hear of changes at once. No key exists: the site\'s identity asks.')
param createSignalR bool = false

@description('OLLAMA_BASE_URL: an Ollama that the site reaches, such as one in the virtual network.')
param ollamaBaseUrl string = ''

@description('Name of the function app: the site is https://NAME.azurewebsites.net. Letters, digits and hyphens, not taken by anybody. Empty: made from the resource group.')
@maxLength(32)
param siteName string = ''

@description('A region that has Flex Consumption.')
param location string = resourceGroup().location

@description('Memory of an instance; each GB-second is paid.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 512

@description('The most instances at once.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Instances that never sleep: no cold start, and paid around the clock. 0: the site sleeps.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('Resource id of a subnet that is delegated to Microsoft.App/environments and empty. The site\'s calls then leave through it. Empty: no network.')
param subnetId string = ''

@description('CORS_ALLOW_ORIGIN: origins of other web pages that may call the site, semicolons between them, or *. Empty: none.')
param corsAllowOrigin string = ''

@description('Further settings of docs/configuration.md, as an object of strings. What is set in the portal alone is lost when this template is deployed again.')
@secure()
param moreSettings object = {}

@description('The release to run, readable without a sign-in. Default: the latest of the GitHub repository that this template was opened from. Empty: no program is deployed.')
param packageUri string = ''

var appName = empty(siteName) ? 'chat-${uniqueString(resourceGroup().id)}' : siteName
var unique = uniqueString(resourceGroup().id, appName)
var storageName = 'st${unique}'
var storageSuffix = environment().suffixes.storage
var packageContainer = 'app-package'
var containers = [packageContainer, 'openwebui']
var tables = [
  'openwebuiAccounts'
  'openwebuiAttempts'
  'openwebuiChats'
  'openwebuiConnections'
  'openwebuiLeftovers'
  'openwebuiModelSettings'
  'openwebuiPrompts'
  'openwebuiSecrets'
  'openwebuiSettings'
  'openwebuiShares'
  'openwebuiUsage'
]
var openAiName = 'openai-${unique}'
var openAiModels = '${azureOpenAiModel}@azure=${azureOpenAiModel}'
var signalRName = 'signalr-${unique}'
var roles = {
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
  'Cognitive Services OpenAI User': '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'
  'SignalR REST API Owner': 'fd53cd77-2268-407a-8f46-7e7863d0f521'
}
var storageRoles = ['Storage Blob Data Owner', 'Storage Queue Data Contributor', 'Storage Table Data Contributor']

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'id-${appName}'
  location: location
}

resource storage 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: storageName
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: storage
  name: 'default'
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [for container in containers: {
  parent: blobService
  name: container
  properties: { publicAccess: 'None' }
}]

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2024-01-01' = {
  parent: storage
  name: 'default'
}

resource storageTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2024-01-01' = [for table in tables: {
  parent: tableService
  name: table
}]

resource workspace 'Microsoft.OperationalInsights/workspaces@2022-10-01' = {
  name: 'log-${appName}'
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: 30
    workspaceCapping: { dailyQuotaGb: 1 }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: 'appi-${appName}'
  location: location
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    DisableLocalAuth: true
  }
}

resource openAi 'Microsoft.CognitiveServices/accounts@2024-10-01' = if (createAzureOpenAi) {
  name: openAiName
  location: azureOpenAiLocation
  kind: 'OpenAI'
  sku: { name: 'S0' }
  properties: {
    customSubDomainName: openAiName
    disableLocalAuth: true
    publicNetworkAccess: 'Enabled'
  }
}

resource openAiDeployment 'Microsoft.CognitiveServices/accounts/deployments@2024-10-01' = if (createAzureOpenAi) {
  parent: openAi
  name: azureOpenAiModel
  sku: { name: 'GlobalStandard', capacity: azureOpenAiCapacity }
  properties: {
    model: {
      format: 'OpenAI'
      name: azureOpenAiModel
      version: empty(azureOpenAiModelVersion) ? null : azureOpenAiModelVersion
    }
    versionUpgradeOption: 'OnceNewDefaultVersionAvailable'
  }
}

resource signalR 'Microsoft.SignalRService/signalR@2023-02-01' = if (createSignalR) {
  name: signalRName
  location: location
  kind: 'SignalR'
  sku: { name: 'Free_F1', tier: 'Free', capacity: 1 }
  properties: {
    features: [{ flag: 'ServiceMode', value: 'Serverless' }]
    cors: { allowedOrigins: ['https://${appName}.azurewebsites.net'] }
    disableLocalAuth: true
  }
}

resource storageAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in storageRoles: {
  name: guid(storage.id, identity.id, roles[role])
  scope: storage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[role])
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}]

resource insightsAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, roles['Monitoring Metrics Publisher'])
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Monitoring Metrics Publisher'])
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource openAiAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (createAzureOpenAi) {
  name: guid(openAi.id, identity.id, roles['Cognitive Services OpenAI User'])
  scope: openAi
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['Cognitive Services OpenAI User'])
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource signalRAccess 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (createSignalR) {
  name: guid(signalR.id, identity.id, roles['SignalR REST API Owner'])
  scope: signalR
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles['SignalR REST API Owner'])
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: 'plan-${appName}'
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: appName
  location: location
  kind: 'functionapp,linux'
  tags: { 'azd-service-name': 'site' }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      cors: { allowedOrigins: empty(corsAllowOrigin) ? [] : split(corsAllowOrigin, ';') }
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: 'https://${storageName}.blob.${storageSuffix}/${packageContainer}'
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      runtime: { name: 'custom', version: '1.0' }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyInstances > 0 ? [{ name: 'http', instanceCount: alwaysReadyInstances }] : []
        triggers: { http: { perInstanceConcurrency: 100 } }
      }
    }
  }
  dependsOn: [blobContainers, storageTables, storageAccess, insightsAccess, openAiAccess, signalRAccess]
}

resource settings 'Microsoft.Web/sites/config@2024-04-01' = {
  parent: site
  name: 'appsettings'
  properties: union({
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.properties.clientId
    AzureWebJobsStorage__blobServiceUri: 'https://${storageName}.blob.${storageSuffix}'
    AzureWebJobsStorage__queueServiceUri: 'https://${storageName}.queue.${storageSuffix}'
    AzureWebJobsStorage__tableServiceUri: 'https://${storageName}.table.${storageSuffix}'
    AzureWebJobsDisableHomepage: 'true'
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
    OPENAI_API_KEY: openAiApiKey
    BASE_URL: baseUrl
    CODE: code
    ADMIN_CODE: adminCode
    WEBUI_AUTH: webuiAuth
    WEBUI_ADMIN_EMAIL: adminEmail
    WEBUI_ADMIN_PASSWORD: adminPassword
    AZURE_CLIENT_ID: identity.properties.clientId
    AZURE_URL: createAzureOpenAi ? openAi.properties.endpoint : azureOpenAiUrl
    AZURE_API_KEY: createAzureOpenAi ? '' : azureOpenAiKey
    AZURE_API_VERSION: createAzureOpenAi ? 'v1' : ''
    CUSTOM_MODELS: createAzureOpenAi ? (empty(customModels) ? openAiModels : '${openAiModels},${customModels}') : customModels
    OLLAMA_BASE_URL: ollamaBaseUrl
    AzureSignalRConnectionString__serviceUri: createSignalR ? 'https://${signalR.properties.hostName}' : ''
    AzureSignalRConnectionString__credential: createSignalR ? 'managedidentity' : ''
    AzureSignalRConnectionString__clientId: createSignalR ? identity.properties.clientId : ''
    CORS_ALLOW_ORIGIN: corsAllowOrigin
  }, moreSettings)
}

resource package 'Microsoft.Web/sites/extensions@2022-09-01' = if (!empty(packageUri)) {
  parent: site
  name: 'onedeploy'
  properties: {
    packageUri: packageUri
    remoteBuild: false
  }
  dependsOn: [settings]
}

output url string = 'https://${site.properties.defaultHostName}'
output siteName string = site.name
output identityPrincipalId string = identity.properties.principalId
