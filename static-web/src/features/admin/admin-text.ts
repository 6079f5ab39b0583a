import { files } from '../../messages/admin/files';
import { textPart } from '../../shared/language/language.svelte';

/** The texts of the administrator's pages, which nobody else downloads. */
export const { t, ready } = textPart(files);
