import { t } from './admin-text';

/** "temporary_enforced" reads "Temporary enforced" where nobody has put it into words. */
const plain = (name: string) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');

export function sectionWords(section: string): string {
  const words: Record<string, string> = {
    workspace: t.permission_workspace(),
    sharing: t.permission_sharing(),
    chat: t.permission_chat(),
    features: t.permission_features(),
  };
  return words[section] ?? plain(section);
}

/** What a flag lets somebody do, in plain words. */
export function flagWords(section: string, flag: string): string {
  const words: Record<string, () => string> = {
    'workspace.models': t.permission_workspace_models,
    'workspace.knowledge': t.permission_workspace_knowledge,
    'workspace.prompts': t.permission_workspace_prompts,
    'workspace.tools': t.permission_workspace_tools,
    'workspace.models_import': t.permission_workspace_models_import,
    'workspace.models_export': t.permission_workspace_models_export,
    'workspace.prompts_import': t.permission_workspace_prompts_import,
    'workspace.prompts_export': t.permission_workspace_prompts_export,
    'workspace.tools_import': t.permission_workspace_tools_import,
    'workspace.tools_export': t.permission_workspace_tools_export,
    'sharing.models': t.permission_sharing_models,
    'sharing.public_models': t.permission_sharing_public_models,
    'sharing.knowledge': t.permission_sharing_knowledge,
    'sharing.public_knowledge': t.permission_sharing_public_knowledge,
    'sharing.prompts': t.permission_sharing_prompts,
    'sharing.public_prompts': t.permission_sharing_public_prompts,
    'sharing.tools': t.permission_sharing_tools,
    'sharing.public_tools': t.permission_sharing_public_tools,
    'sharing.notes': t.permission_sharing_notes,
    'sharing.public_notes': t.permission_sharing_public_notes,
    'chat.controls': t.permission_chat_controls,
    'chat.valves': t.permission_chat_valves,
    'chat.system_prompt': t.permission_chat_system_prompt,
    'chat.params': t.permission_chat_params,
    'chat.file_upload': t.permission_chat_file_upload,
    'chat.delete': t.permission_chat_delete,
    'chat.delete_message': t.permission_chat_delete_message,
    'chat.continue_response': t.permission_chat_continue_response,
    'chat.regenerate_response': t.permission_chat_regenerate_response,
    'chat.rate_response': t.permission_chat_rate_response,
    'chat.edit': t.permission_chat_edit,
    'chat.share': t.permission_chat_share,
    'chat.export': t.permission_chat_export,
    'chat.stt': t.permission_chat_stt,
    'chat.tts': t.permission_chat_tts,
    'chat.call': t.permission_chat_call,
    'chat.multiple_models': t.permission_chat_multiple_models,
    'chat.temporary': t.permission_chat_temporary,
    'chat.temporary_enforced': t.permission_chat_temporary_enforced,
    'features.api_keys': t.permission_features_api_keys,
    'features.direct_tool_servers': t.permission_features_direct_tool_servers,
    'features.notes': t.permission_features_notes,
    'features.channels': t.permission_features_channels,
    'features.folders': t.permission_features_folders,
    'features.web_search': t.permission_features_web_search,
    'features.image_generation': t.permission_features_image_generation,
    'features.code_interpreter': t.permission_features_code_interpreter,
  };
  return words[`${section}.${flag}`]?.() ?? plain(flag);
}
