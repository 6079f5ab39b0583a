// For `azd up`: a resource group, and in it what resources.bicep describes. azd itself brings the program.
targetScope = 'subscription'

@description('Name of the azd environment.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('A region that has Flex Consumption.')
param location string

@description('Name of the function app: the site is https://NAME.azurewebsites.net.')
@minLength(2)
@maxLength(32)
param siteName string = 'chat-${uniqueString(subscription().id, environmentName, location)}'

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
param azureOpenAiLocation string = location

@description('Makes an Azure SignalR Service (free tier, serverless): a reader\'s other browsers hear of changes at once. No key exists: the site\'s identity asks.')
param createSignalR bool = false

@description('OLLAMA_BASE_URL: an Ollama that the site reaches, such as one in the virtual network.')
param ollamaBaseUrl string = ''

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

resource group 'Microsoft.Resources/resourceGroups@2024-03-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: { 'azd-env-name': environmentName }
}

module resources 'resources.bicep' = {
  name: 'resources'
  scope: group
  params: {
    siteName: siteName
    location: location
    openAiApiKey: openAiApiKey
    code: code
    baseUrl: baseUrl
    adminCode: adminCode
    webuiAuth: webuiAuth
    adminEmail: adminEmail
    adminPassword: adminPassword
    azureOpenAiUrl: azureOpenAiUrl
    azureOpenAiKey: azureOpenAiKey
    customModels: customModels
    createAzureOpenAi: createAzureOpenAi
    azureOpenAiModel: azureOpenAiModel
    azureOpenAiModelVersion: azureOpenAiModelVersion
    azureOpenAiCapacity: azureOpenAiCapacity
    azureOpenAiLocation: azureOpenAiLocation
    createSignalR: createSignalR
    ollamaBaseUrl: ollamaBaseUrl
    instanceMemoryMB: instanceMemoryMB
    maximumInstances: maximumInstances
    alwaysReadyInstances: alwaysReadyInstances
    subnetId: subnetId
    corsAllowOrigin: corsAllowOrigin
    moreSettings: moreSettings
  }
}

output SITE_NAME string = resources.outputs.siteName
output SITE_URL string = resources.outputs.url
output SITE_IDENTITY_PRINCIPAL_ID string = resources.outputs.identityPrincipalId
