import { files } from '../../../messages/connections/files';
import { textPart } from '../../../shared/language/language.svelte';

/** The texts of the connections' pages. */
export const { t, ready } = textPart(files);
