import { files } from '../../messages/share/files';
import { textPart } from '../../shared/language/language.svelte';

/** The texts of sharing and of the public page. */
export const { t, ready } = textPart(files);
